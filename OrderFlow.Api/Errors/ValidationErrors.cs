namespace OrderFlow.Api.Errors;

/// <summary>What is wrong with a request, and where: at the path of a JSON member such as <c>items[0].quantity</c>, or at a parameter by its name.</summary>
internal sealed class ValidationErrors
{
    private SortedDictionary<string, string[]>? _byPath;

    /// <summary>True while nothing is wrong.</summary>
    public bool IsEmpty => _byPath is null;

    /// <summary>The violations as <c>errors</c> of a problem.</summary>
    public IDictionary<string, string[]> ByPath => _byPath ?? [];

    /// <summary>Notes what is wrong at a path; an <paramref name="objection"/> of null is none.</summary>
    public void Add(string path, string? objection)
    {
        if (objection is null) return;

        _byPath ??= new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        _byPath[path] = _byPath.TryGetValue(path, out var earlier) ? [.. earlier, objection] : [objection];
    }
}
