using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The header <c>If-Match</c> (RFC 9110 §13.1.1). An order's entity tag is its version in quotes.</summary>
/// <param name="Version">The versions that the request is meant for.</param>
internal sealed record IfMatch(IfVersion Version) : IRequestHeader<IfMatch>
{
    private static readonly IfMatch Any = new(default(IfVersion));

    /// <inheritdoc/>
    public static string Name => HeaderNames.IfMatch;

    /// <inheritdoc/>
    public static string Error => "must be * or entity tags in quotes, such as \"3\"";

    /// <summary>The entity tag of an order's version.</summary>
    public static string ToETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <inheritdoc/>
    /// <remarks>Tags that are weak, or cannot be an order's, match no version.</remarks>
    public static IfMatch? Parse(StringValues values)
    {
        if (values.Count == 0) return Any;
        if (!EntityTagHeaderValue.TryParseStrictList(values, out var tags)) return null;

        return tags.Contains(EntityTagHeaderValue.Any) ? Any : new(new IfVersion([.. tags.SelectMany(VersionsOf)]));
    }

    private static IEnumerable<long> VersionsOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && tag.Tag == ToETag(version)
            ? [version]
            : [];
}
