using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The header <c>If-Match</c> of a request (RFC 9110 §13.1.1). An order's entity tag is its version in quotes.</summary>
internal sealed class IfMatch : IBindableFromHttpContext<IfMatch>
{
    /// <summary>What is wrong with a header that holds no entity tags.</summary>
    public const string Error = "must be * or entity tags in quotes, such as \"3\"";

    private static readonly IfMatch Any = new(default, null);

    private readonly ProblemHttpResult? _refusal;

    private IfMatch(IfVersion version, ProblemHttpResult? refusal) => (Version, _refusal) = (version, refusal);

    /// <summary>Which versions the request is meant for.</summary>
    public IfVersion Version { get; }

    /// <summary>The entity tag of an order in this version.</summary>
    public static string ToETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>True where the header can be understood, or is not there; false with the refusal.</summary>
    public bool IsGood([NotNullWhen(false)] out ProblemHttpResult? refusal) => (refusal = _refusal) is null;

    /// <summary>Reads the header. Tags that are weak, or were never an order's, are met by no version.</summary>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<IfMatch?>(Read(context.Request));

    private static IfMatch Read(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0) return Any;
        if (!EntityTagHeaderValue.TryParseStrictList(header, out var tags))
            return new(default, Problems.Invalid(HeaderNames.IfMatch, Error));

        return tags.Contains(EntityTagHeaderValue.Any) ? Any : new(new IfVersion([.. tags.SelectMany(VersionsOf)]), null);
    }

    private static IEnumerable<long> VersionsOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && tag.Tag == ToETag(version)
            ? [version]
            : [];
}
