using System.Text.Json.Serialization;

namespace OrderFlow.Orders;

/// <summary>Where a fulfilled order's parcel can be followed.</summary>
/// <param name="Carrier">Who carries it.</param>
/// <param name="Number">The carrier's number for it.</param>
/// <param name="Url">The page that shows it; null where there is none.</param>
[GenerateSerializer, Immutable, Alias("tracking")]
public sealed record Tracking(
    [property: Id(0)] string Carrier,
    [property: Id(1)] string Number,
    [property: Id(2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url = null);
