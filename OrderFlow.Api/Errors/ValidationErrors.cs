namespace OrderFlow.Api.Errors;

/// <summary>The errors of a request by path: that of a JSON member such as <c>items[0].quantity</c>, or the name of a parameter.</summary>
internal sealed class ValidationErrors
{
    private SortedDictionary<string, string[]>? _byPath;

    /// <summary>True while there is no error.</summary>
    public bool IsEmpty => _byPath is null;

    /// <summary>The errors as <c>errors</c> of a problem.</summary>
    public IDictionary<string, string[]> ByPath => _byPath ?? [];

    /// <summary>Adds an error at a path; null is none.</summary>
    public void Add(string path, string? error)
    {
        if (error is null) return;

        _byPath ??= new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        _byPath[path] = _byPath.TryGetValue(path, out var earlier) ? [.. earlier, error] : [error];
    }
}
