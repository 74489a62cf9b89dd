using System.Globalization;

namespace OrderFlow.Api.Inventory;

/// <summary>The rule for amounts of money in bodies: what a <c>numeric(18,2)</c> holds without rounding.</summary>
internal static class Money
{
    private const int Decimals = 2;

    /// <summary>What is wrong with an amount; null where nothing is. It is as it was read, with as many decimals as it needs (<see cref="Http.JsonNumbers"/>), so that none is lost unseen.</summary>
    public static string? Validate(decimal? amount, decimal most) => amount switch
    {
        null => "is required",
        < 0 => "must not be negative",
        { Scale: > Decimals } => "must have at most 2 decimals",
        { } money when money > most => string.Create(CultureInfo.InvariantCulture, $"must be at most {most}"),
        _ => null,
    };
}
