using System.Globalization;

namespace OrderFlow.Api.Inventory;

/// <summary>Validates amounts of money in bodies: what a <c>numeric(18,2)</c> holds without rounding.</summary>
internal static class Money
{
    private const int MaxDecimals = 2;

    /// <summary>The error of an amount; null if it is valid. Its scale counts every decimal but trailing zeros (<see cref="Http.JsonNumbers"/>).</summary>
    public static string? Validate(decimal? amount, decimal max) => amount switch
    {
        null => "is required",
        < 0 => "must not be negative",
        { Scale: > MaxDecimals } => "must have at most 2 decimals",
        { } money when money > max => string.Create(CultureInfo.InvariantCulture, $"must be at most {max}"),
        _ => null,
    };
}
