using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrderFlow.Api.Http;

/// <summary>The header <c>If-Match</c> (RFC 9110 §13.1.1). The entity tag of an order or a stock item is its version in quotes.</summary>
/// <param name="Version">The versions that the request is meant for.</param>
/// <param name="MustExist">True if any version will do, but there must be one.</param>
internal sealed record IfMatch(IfVersion Version, bool MustExist = false) : IRequestHeader<IfMatch>
{
    /// <inheritdoc/>
    public static string Name => HeaderNames.IfMatch;

    /// <inheritdoc/>
    public static string Error => "must be * or entity tags in quotes, such as \"3\"";

    /// <summary>The entity tag of a version.</summary>
    public static string ToETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <inheritdoc/>
    /// <remarks>Tags that are weak, or cannot be a version's, match none.</remarks>
    public static IfMatch? Parse(StringValues values)
    {
        if (values.Count == 0) return new(default(IfVersion));
        if (ParseTags(values) is not { } tags) return null;

        return tags.Contains(EntityTagHeaderValue.Any) ? new(default, MustExist: true) : new(new IfVersion([.. tags.SelectMany(VersionsOf)]));
    }

    /// <summary>Parses a list of entity tags, or <c>*</c>, which stands alone. Null if it is neither.</summary>
    public static IList<EntityTagHeaderValue>? ParseTags(StringValues values) =>
        EntityTagHeaderValue.TryParseStrictList(values, out var tags) && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)) ? tags : null;

    private static IEnumerable<long> VersionsOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && tag.Tag == ToETag(version)
            ? [version]
            : [];
}
