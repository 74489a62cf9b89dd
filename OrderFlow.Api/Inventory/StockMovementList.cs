using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Lists;
using OrderFlow.Inventory;

namespace OrderFlow.Api.Inventory;

/// <summary>One change of a product's counts.</summary>
/// <param name="Kind"><c>set</c>, <c>restock</c>, <c>adjust</c> or <c>archive</c> by an admin; <c>reserve</c>, <c>release</c> or <c>fulfil</c> by an order; <c>unrecorded</c>, <c>opening</c>.</param>
/// <param name="AvailableDelta">By how much the available units changed.</param>
/// <param name="ReservedDelta">By how much the reserved units changed.</param>
/// <param name="Version">The product's version after it.</param>
/// <param name="At">When; UTC, written with Z.</param>
/// <param name="OrderId">The order that did it.</param>
/// <param name="Actor">The admin who did it.</param>
/// <param name="Reason">The admin's reason.</param>
internal sealed record StockMovementResponse(
    string Kind, long AvailableDelta, long ReservedDelta, long Version, DateTime At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? OrderId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null)
{
    /// <summary>Maps a movement.</summary>
    public static StockMovementResponse Of(StockMovement movement) => new(
        movement.Kind.ToName(), movement.AvailableDelta, movement.ReservedDelta, movement.Version, movement.OccurredAt.UtcDateTime,
        movement.OrderId, movement.Actor, movement.Reason);
}

/// <summary>Which movements a list is to have.</summary>
/// <param name="Kinds">Those of one of these kinds; empty for all.</param>
/// <param name="From">Those at this time or later.</param>
/// <param name="To">Those before this time.</param>
internal sealed record StockMovementFilters(ImmutableArray<StockMovementKind> Kinds, DateTimeOffset? From, DateTimeOffset? To)
{
    private static readonly string UnknownKind =
        $"must be {string.Join(", ", StockMovementKinds.Names[..^1])} or {StockMovementKinds.Names[^1]}, or several of them with commas between";

    /// <summary>Parses the query parameters.</summary>
    public static StockMovementFilters Read(string? kind, string? from, string? to, ValidationErrors errors)
    {
        var (since, until) = (TimeParameter.Read("from", from, errors), TimeParameter.Read("to", to, errors));
        if (since >= until) errors.Add("to", "must be later than from");

        var kinds = kind?.Split(',').Distinct(StringComparer.Ordinal).Take(StockMovementKinds.Names.Length + 1).Select(StockMovementKinds.Find).ToList() ?? [];
        if (kinds.Contains(null)) errors.Add("kind", UnknownKind);
        return new([.. kinds.OfType<StockMovementKind>()], since, until);
    }

    /// <summary>The query for one page.</summary>
    public StockMovementQuery ToQuery(string productId, int limit, StockMovementPosition? before) => new(productId, limit, before, Kinds, From, To);
}

/// <summary>A position in the list of movements.</summary>
internal static class StockMovementCursor
{
    private static readonly Cursor Cursor = new("movement:");

    /// <summary>The cursor of a position.</summary>
    public static string Before(string position) => Cursor.To(position);

    /// <summary>Parses a cursor; null if it is not valid.</summary>
    public static StockMovementPosition? Parse(string text) => Cursor.Parse(text)?.Split(':') is [var version, var ordinal]
        && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var atVersion)
        && int.TryParse(ordinal, NumberStyles.None, CultureInfo.InvariantCulture, out var atOrdinal)
            ? new(atVersion, atOrdinal)
            : null;
}
