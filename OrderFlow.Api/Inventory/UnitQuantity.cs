using System.Globalization;

namespace OrderFlow.Api.Inventory;

/// <summary>The rule for numbers of pieces in bodies.</summary>
internal static class UnitQuantity
{
    /// <summary>What is wrong with a number of pieces; null where nothing is.</summary>
    public static string? Validate(long? pieces, long least, long most) => pieces switch
    {
        null => "is required",
        { } number when number < least || number > most => string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}"),
        _ => null,
    };
}
