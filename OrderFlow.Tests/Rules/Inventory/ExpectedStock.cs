using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>What one product's stock must be, kept in the words of the promise: which try holds what, and which tries are over for good.</summary>
internal sealed class ExpectedStock
{
    private readonly Dictionary<long, Claim> _claims = [];

    public bool Exists { get; private set; }

    public long Available { get; private set; }

    public decimal Price { get; private set; }

    public long Reserved => _claims.Values.Sum(claim => claim.Pieces);

    public void Set(long available, decimal price) => (Exists, Available, Price) = (true, available, price);

    public Outcome Restock(long quantity)
    {
        if (!Exists) return Outcome.NotFound;
        if (Available + quantity > Limits.AvailableQuantity) return Outcome.Conflict;

        Available += quantity;
        return Outcome.Ok;
    }

    /// <summary>The answer, where a shortage is not judged yet.</summary>
    public ReserveResult Reserve(ReserveStock reserve)
    {
        var claim = ClaimOf(reserve.OrderId);
        if (reserve.Attempt <= claim.LastTryOver) return new(ReserveOutcome.Superseded);
        if (reserve.Attempt == claim.Holder) return new(ReserveOutcome.Granted, claim.Price);
        if (!Exists) return new(ReserveOutcome.Unknown);

        var free = Available + claim.Pieces;
        if (free < reserve.Quantity) return new(ReserveOutcome.Insufficient, Available: free);

        Available = free - reserve.Quantity;
        _claims[reserve.OrderId] = new(LastTryOver: reserve.Attempt - 1, reserve.Attempt, reserve.Quantity, Price, reserve.Tentative);
        return new(ReserveOutcome.Granted, Price);
    }

    public void Release(long orderId, int attempt)
    {
        var claim = ClaimOf(orderId);
        if (claim.Holder <= attempt)
        {
            Available += claim.Pieces;
            _claims[orderId] = new(LastTryOver: attempt);
        }
        else if (claim.Holder is null)
        {
            _claims[orderId] = new(Math.Max(claim.LastTryOver, attempt));
        }
    }

    /// <summary>Asserts that the order's reservation is what was promised.</summary>
    public void CheckRow(long orderId, StockReservation? row)
    {
        var claim = ClaimOf(orderId);
        var right = claim.Holder is { } holder
            ? row == new StockReservation(orderId, holder, claim.Pieces, claim.Price, claim.Tentative, ReleasedAt: null)
            : (row?.Attempt ?? 0, row?.IsLive ?? false) == (claim.LastTryOver, false);
        if (!right) Assert.Fail($"promised: {claim}; written: {row}");
    }

    private Claim ClaimOf(long orderId) => _claims.GetValueOrDefault(orderId, new(LastTryOver: 0));

    private sealed record Claim(int LastTryOver, int? Holder = null, long Pieces = 0, decimal Price = 0, bool Tentative = false);
}
