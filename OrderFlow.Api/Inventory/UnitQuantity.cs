using System.Globalization;

namespace OrderFlow.Api.Inventory;

/// <summary>Validates numbers of units in bodies.</summary>
internal static class UnitQuantity
{
    /// <summary>The error of a number of units; null if it is valid.</summary>
    public static string? Validate(long? units, long min, long max) => units switch
    {
        null => "is required",
        { } number when number < min || number > max => string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"),
        _ => null,
    };

    /// <summary>The error of a low-stock threshold, which may be absent; null if it is valid.</summary>
    public static string? ValidateThreshold(long? units) => units is null ? null : Validate(units, 0, Limits.AvailableQuantity);
}
