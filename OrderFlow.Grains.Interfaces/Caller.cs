namespace OrderFlow;

/// <summary>Who calls. Every command and read of an order carries it, and the grain decides what the caller may do.</summary>
/// <param name="UserId">The <c>sub</c> of the caller's token.</param>
/// <param name="IsAdmin">True where the token has the role <c>admin</c>.</param>
/// <param name="IsPayments">True where it has the role <c>payments</c>.</param>
/// <param name="IsFulfilment">True where it has the role <c>fulfilment</c>.</param>
[GenerateSerializer, Immutable, Alias("caller")]
public sealed record Caller(
    [property: Id(0)] string UserId,
    [property: Id(1)] bool IsAdmin,
    [property: Id(2)] bool IsPayments = false,
    [property: Id(3)] bool IsFulfilment = false)
{
    /// <summary>True where this caller may see and change what belongs to <paramref name="userId"/>.</summary>
    public bool MayActFor(string userId) => IsAdmin || string.Equals(UserId, userId, StringComparison.Ordinal);

    /// <summary>True where this caller may confirm orders.</summary>
    public bool MayConfirm => IsAdmin || IsPayments;

    /// <summary>True where this caller may fulfil orders.</summary>
    public bool MayFulfil => IsAdmin || IsFulfilment;

    /// <summary>True where this caller may see all orders, as those who confirm or fulfil them must.</summary>
    public bool SeesAll => MayConfirm || MayFulfil;
}
