using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrderFlow.Api.Http;

/// <summary>The header <c>If-None-Match</c> (RFC 9110 §13.1.2). With a read: the versions that the client already has.</summary>
internal sealed record IfNoneMatch(IList<EntityTagHeaderValue> Tags) : IRequestHeader<IfNoneMatch>
{
    /// <inheritdoc/>
    public static string Name => HeaderNames.IfNoneMatch;

    /// <inheritdoc/>
    public static string Error => IfMatch.Error;

    /// <inheritdoc/>
    public static IfNoneMatch? Parse(StringValues values) =>
        values.Count == 0 ? new([]) : IfMatch.ParseTags(values) is { } tags ? new(tags) : null;

    /// <summary>True if the client has any version, or requires with a change that there is none.</summary>
    public bool IsAny => Tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any));

    /// <summary>True if the client has this version; weak tags count too.</summary>
    public bool Matches(long version) => IsAny || Tags.Any(tag => tag.Tag == IfMatch.ToETag(version));
}
