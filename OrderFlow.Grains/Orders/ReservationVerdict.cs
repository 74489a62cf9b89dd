using System.Globalization;
using OrderFlow.Inventory;

namespace OrderFlow.Orders;

/// <summary>One product's part of a try: what was asked, and what the stock item answered.</summary>
internal sealed record ReservationAnswer(string ProductId, long Quantity, ReserveResult Result)
{
    /// <summary>True where the order cannot be reserved, whatever the others answer.</summary>
    public bool IsRefusal => Result.Outcome is ReserveOutcome.Insufficient or ReserveOutcome.Unknown;
}

/// <summary>What the answers of one try add up to: exactly one of the three.</summary>
/// <param name="TotalAmount">Set where everything was granted at the agreed price: Σ unit price × quantity.</param>
/// <param name="FailReason">Set where the order fails: it names every product that was refused.</param>
/// <param name="TryAgain">True where nothing is decided: pieces may come back, or the try had been given up.</param>
internal sealed record ReservationVerdict(decimal? TotalAmount = null, string? FailReason = null, bool TryAgain = false)
{
    /// <summary>A refusal decides at once; pieces that may come back decide nothing; only all grants together reserve.</summary>
    public static ReservationVerdict Of(IReadOnlyList<ReservationAnswer> answers, decimal? agreedTotal)
    {
        if (answers.Any(answer => answer.IsRefusal)) return new(FailReason: string.Join("; ", Refusals(answers)));
        if (answers.Any(answer => answer.Result.Outcome != ReserveOutcome.Granted)) return new(TryAgain: true);

        var total = answers.Sum(answer => answer.Result.UnitPrice * answer.Quantity);
        return agreedTotal is null || agreedTotal == total
            ? new(TotalAmount: total)
            : new(FailReason: string.Create(CultureInfo.InvariantCulture, $"price changed: the total is {total:0.00}, agreed was {agreedTotal:0.00}"));
    }

    private static IEnumerable<string> Refusals(IReadOnlyList<ReservationAnswer> answers)
    {
        var shortages = answers.Where(answer => answer.Result.Outcome == ReserveOutcome.Insufficient)
            .Select(answer => $"{answer.ProductId} wanted {answer.Quantity}, available {answer.Result.Available}")
            .ToList();
        if (shortages.Count > 0) yield return $"insufficient stock: {string.Join(", ", shortages)}";

        var unknown = answers.Where(answer => answer.Result.Outcome == ReserveOutcome.Unknown).Select(answer => answer.ProductId).ToList();
        if (unknown.Count > 0) yield return $"unknown product: {string.Join(", ", unknown)}";
    }
}
