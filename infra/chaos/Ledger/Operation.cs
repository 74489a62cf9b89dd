namespace OrderFlow.Chaos.Ledger;

/// <summary>What a customer or the shop can ask for.</summary>
internal enum Asked
{
    Place,
    Read,
    Cancel,
    Delete,
    Reopen,
    Confirm,
    Fulfil,
    Adjust,
    Restock,
    Import,
}

/// <summary>A line of an order, or of a change of stock.</summary>
internal sealed record Line(string ProductId, int Quantity);

/// <summary>What a fulfilled order is tracked by.</summary>
internal sealed record Parcel(string Carrier, string Number);

/// <summary>One try of a request. <paramref name="At"/> is in seconds since the machine started, <paramref name="Status"/> 0 where there was no answer.</summary>
internal sealed record Try(double At, int Api, double Ms, int Status, string? Error)
{
    /// <summary>Whether this answer settles the matter; any other leaves open whether it was done.</summary>
    public bool IsAnswer => Status is >= 200 and < 500 and not (408 or 429);
}

/// <summary>Something that was asked for, and how often it was tried until there was an answer: a line of the ledger.</summary>
/// <param name="What">What was asked for.</param>
/// <param name="Number">Of the order in this run, from 1 on; all that is done to it has the same.</param>
/// <param name="User">Who asked.</param>
/// <param name="Key">The <c>Idempotency-Key</c> of a placed order or a change of stock, the same for every try.</param>
/// <param name="Items">What was ordered; by how much stock was changed, or to how much an import sets it.</param>
/// <param name="Order">The order's id: what the answer said, or what the request was about; null for a change of stock.</param>
/// <param name="Tries">Every try, in order.</param>
/// <param name="ReserveFor">How long a placed order asked for its stock, where it did.</param>
internal sealed record Operation(
    Asked What, int Number, string User, string? Key, IReadOnlyList<Line>? Items, long? Order, IReadOnlyList<Try> Tries, string? ReserveFor = null)
{
    public Try First => Tries[0];

    public Try Last => Tries[^1];

    public bool IsAnswered => Last.IsAnswer;

    /// <summary>Whether it was done, for all the customer can know. What is gone when it is deleted again was deleted before.</summary>
    public bool IsDone => Last.Status is 200 or 201 || (What == Asked.Delete && Last.Status == 404 && Tries.Count > 1);

    /// <summary>Whether it changes stock, and no order.</summary>
    public bool IsStockChange => What is Asked.Adjust or Asked.Restock or Asked.Import;

    /// <summary>From the first try to the end of the last one.</summary>
    public double TotalMs => ((Last.At - First.At) * 1000) + Last.Ms;
}
