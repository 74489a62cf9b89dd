using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Orders;

/// <summary>The header <c>If-None-Match</c> of a read (RFC 9110 §13.1.2): the versions that the client already has.</summary>
internal sealed record IfNoneMatch(IList<EntityTagHeaderValue> Tags) : IRequestHeader<IfNoneMatch>
{
    /// <inheritdoc/>
    public static string Name => HeaderNames.IfNoneMatch;

    /// <inheritdoc/>
    public static string Error => IfMatch.Error;

    /// <inheritdoc/>
    public static IfNoneMatch? Parse(StringValues values) =>
        values.Count == 0 ? new([]) : EntityTagHeaderValue.TryParseStrictList(values, out var tags) ? new(tags) : null;

    /// <summary>True if the client has this version of an order; weak tags count too.</summary>
    public bool Matches(long version) => Tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == IfMatch.ToETag(version));
}
