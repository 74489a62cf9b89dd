using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Orders;

/// <summary>The header <c>If-None-Match</c> of a read (RFC 9110 §13.1.2): what the client has already, and need not be sent again.</summary>
internal sealed class IfNoneMatch : IBindableFromHttpContext<IfNoneMatch>
{
    private readonly IList<EntityTagHeaderValue> _tags;
    private readonly ProblemHttpResult? _refusal;

    private IfNoneMatch(IList<EntityTagHeaderValue> tags, ProblemHttpResult? refusal) => (_tags, _refusal) = (tags, refusal);

    /// <summary>True where the header can be understood, or is not there; false with the refusal.</summary>
    public bool IsGood([NotNullWhen(false)] out ProblemHttpResult? refusal) => (refusal = _refusal) is null;

    /// <summary>True where the client has an order in this version. Whether a tag is weak does not count.</summary>
    public bool Matches(long version) => _tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == IfMatch.ToETag(version));

    /// <summary>Reads the header.</summary>
    public static ValueTask<IfNoneMatch?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var header = context.Request.Headers.IfNoneMatch;
        return ValueTask.FromResult<IfNoneMatch?>(header.Count == 0 ? new([], null)
            : EntityTagHeaderValue.TryParseStrictList(header, out var tags) ? new(tags, null)
            : new([], Problems.Invalid(HeaderNames.IfNoneMatch, IfMatch.Error)));
    }
}
