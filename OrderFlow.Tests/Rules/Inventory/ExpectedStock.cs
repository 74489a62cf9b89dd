using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>A model of one product's stock: which attempt holds what, and which attempts are superseded.</summary>
internal sealed class ExpectedStock
{
    private readonly Dictionary<long, Claim> _claims = [];
    private readonly HashSet<string> _operations = [];

    public bool Exists { get; private set; }

    public long Available { get; private set; }

    public decimal Price { get; private set; }

    public long Reserved => _claims.Values.Where(claim => !claim.IsConsumed).Sum(claim => claim.Units);

    public void Set(long available, decimal price) => (Exists, Available, Price) = (true, available, price);

    public Outcome Restock(long quantity)
    {
        if (!Exists) return Outcome.NotFound;
        if (Available + quantity > Limits.AvailableQuantity) return Outcome.Conflict;

        Available += quantity;
        return Outcome.Ok;
    }

    /// <summary>Corrects the available units, once for each operation.</summary>
    public Outcome Adjust(string operation, long delta)
    {
        if (_operations.Contains(operation)) return Outcome.Ok;
        if (!Exists) return Outcome.NotFound;
        if (Available + delta < 0 || (delta > 0 && Available + delta > Limits.AvailableQuantity)) return Outcome.Conflict;

        _operations.Add(operation);
        Available += delta;
        return Outcome.Ok;
    }

    public Outcome Archive()
    {
        if (!Exists) return Outcome.NotFound;
        if (Reserved > 0) return Outcome.Conflict;

        (Exists, Available) = (false, 0);
        return Outcome.Ok;
    }

    /// <summary>The answer before contention is checked.</summary>
    public ReserveResult Reserve(ReserveStock reserve)
    {
        var claim = ClaimOf(reserve.OrderId);
        if (claim.IsConsumed || reserve.Attempt <= claim.LastReleasedAttempt) return new(ReserveOutcome.Superseded);
        if (reserve.Attempt == claim.Holder) return new(ReserveOutcome.Granted, claim.Price);
        if (!Exists) return new(ReserveOutcome.Unknown);

        var attainable = Available + claim.Units;
        if (attainable < reserve.Quantity) return new(ReserveOutcome.Insufficient, Available: attainable);

        Available = attainable - reserve.Quantity;
        _claims[reserve.OrderId] = new(LastReleasedAttempt: reserve.Attempt - 1, reserve.Attempt, reserve.Quantity, Price, reserve.Tentative);
        return new(ReserveOutcome.Granted, Price);
    }

    public void Release(long orderId, int attempt)
    {
        var claim = ClaimOf(orderId);
        if (claim.IsConsumed) return;

        if (claim.Holder <= attempt)
        {
            Available += claim.Units;
            _claims[orderId] = new(LastReleasedAttempt: attempt);
        }
        else if (claim.Holder is null)
        {
            _claims[orderId] = new(Math.Max(claim.LastReleasedAttempt, attempt));
        }
    }

    public ConsumeOutcome Consume(long orderId, int attempt)
    {
        var claim = ClaimOf(orderId);
        if (claim is { Holder: null, LastReleasedAttempt: 0 }) return ConsumeOutcome.Missing;
        if (!claim.IsConsumed && claim.Holder != attempt) return ConsumeOutcome.Released;

        _claims[orderId] = claim with { IsConsumed = true };
        return ConsumeOutcome.Consumed;
    }

    /// <summary>Asserts that the order's reservation is as the model says.</summary>
    public void CheckRow(long orderId, StockReservation? row)
    {
        var claim = ClaimOf(orderId);
        var right = claim.Holder is { } holder
            ? row == new StockReservation(orderId, holder, claim.Units, claim.Price, claim.Tentative, claim.IsConsumed ? row?.ReleasedAt : null, claim.IsConsumed)
            : (row?.Attempt ?? 0, row?.IsLive ?? false) == (claim.LastReleasedAttempt, false);
        if (!right) Assert.Fail($"expected: {claim}; written: {row}");
    }

    private Claim ClaimOf(long orderId) => _claims.GetValueOrDefault(orderId, new(LastReleasedAttempt: 0));

    private sealed record Claim(int LastReleasedAttempt, int? Holder = null, long Units = 0, decimal Price = 0, bool Tentative = false, bool IsConsumed = false);
}
