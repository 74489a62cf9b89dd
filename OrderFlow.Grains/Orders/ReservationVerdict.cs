using System.Globalization;
using OrderFlow.Inventory;

namespace OrderFlow.Orders;

/// <summary>What an attempt asked of one product, and what its stock item answered.</summary>
internal sealed record ReservationAnswer(string ProductId, long Quantity, ReserveResult Result)
{
    /// <summary>True where the order fails, whatever the others answer.</summary>
    public bool IsRefusal => Result.Outcome is ReserveOutcome.Insufficient or ReserveOutcome.Unknown;

    /// <summary>True where another attempt must decide.</summary>
    public bool IsUndecided => Result.Outcome != ReserveOutcome.Granted && !IsRefusal;
}

/// <summary>The result of one attempt's answers; exactly one of the three is set.</summary>
/// <param name="TotalAmount">Set where everything was granted at the agreed price: Σ unit price × quantity.</param>
/// <param name="FailReason">Set where the order fails: it names every product that was refused.</param>
/// <param name="NeedsNextAttempt">True where stock is contended, or the attempt is superseded.</param>
internal sealed record ReservationVerdict(decimal? TotalAmount = null, string? FailReason = null, bool NeedsNextAttempt = false)
{
    /// <summary>A refusal fails the order; otherwise an undecided answer calls for another attempt; only grants alone reserve.</summary>
    public static ReservationVerdict Of(IReadOnlyList<ReservationAnswer> answers, decimal? agreedTotal)
    {
        if (answers.Any(answer => answer.IsRefusal)) return new(FailReason: string.Join("; ", Refusals(answers)));
        if (answers.Any(answer => answer.IsUndecided)) return new(NeedsNextAttempt: true);

        var total = answers.Sum(answer => answer.Result.UnitPrice * answer.Quantity);
        return agreedTotal is null || agreedTotal == total
            ? new(TotalAmount: total)
            : new(FailReason: string.Create(CultureInfo.InvariantCulture, $"price changed: the total is {total:0.00}, agreed was {agreedTotal:0.00}"));
    }

    private static IEnumerable<string> Refusals(IReadOnlyList<ReservationAnswer> answers)
    {
        var insufficient = answers.Where(answer => answer.Result.Outcome == ReserveOutcome.Insufficient)
            .Select(answer => $"{answer.ProductId} wanted {answer.Quantity}, available {answer.Result.Available}")
            .ToList();
        if (insufficient.Count > 0) yield return $"insufficient stock: {string.Join(", ", insufficient)}";

        var unknown = answers.Where(answer => answer.Result.Outcome == ReserveOutcome.Unknown).Select(answer => answer.ProductId).ToList();
        if (unknown.Count > 0) yield return $"unknown product: {string.Join(", ", unknown)}";
    }
}
