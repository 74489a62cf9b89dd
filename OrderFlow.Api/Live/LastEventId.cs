using System.Globalization;
using Microsoft.Extensions.Primitives;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>The header <c>Last-Event-ID</c> of a client that reconnects to an order's stream.</summary>
/// <param name="Version">The version of the last change that the client has seen; 0 for none.</param>
internal sealed record LastEventId(long Version) : IRequestHeader<LastEventId>
{
    /// <inheritdoc/>
    public static string Name => "Last-Event-ID";

    /// <inheritdoc/>
    public static string Error => "must be the id of an event of this stream, a whole number";

    /// <inheritdoc/>
    public static LastEventId? Parse(StringValues values) =>
        values.Count == 0 ? new(Version: 0)
        : values is [{ } id] && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? new(version)
        : null;
}
