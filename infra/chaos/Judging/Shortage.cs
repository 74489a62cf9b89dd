using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>
/// Why an order of a run may fail: <c>insufficient stock: sku-2 wanted 5, available 3, sku-3 wanted 2, available 0</c>. The other reasons that the design knows
/// are never true there: every product is known from the beginning, and no customer agrees to a price.
/// </summary>
internal static partial class Shortage
{
    /// <summary>Whether the reason is there, and names nothing but products of the order that do run out, each with as many pieces as the order wants.</summary>
    public static bool Explains(string? reason, IReadOnlyList<Line> items)
    {
        var named = Reason().Match(reason ?? "");
        return named.Success && Values(named, "product").Zip(Values(named, "wanted").Select(Number), Values(named, "available").Select(Number))
            .All(product => Shop.IsScarce(product.First) && items.Contains(new(product.First, product.Second)) && product.Third < product.Second);
    }

    private static IEnumerable<string> Values(Match match, string group) => match.Groups[group].Captures.Select(capture => capture.Value);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^insufficient stock(?:[:,] (?<product>[^ ,]+) wanted (?<wanted>[0-9]{1,9}), available (?<available>[0-9]{1,9}))+$")]
    private static partial Regex Reason();
}
