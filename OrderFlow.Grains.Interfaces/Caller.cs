namespace OrderFlow;

/// <summary>Who calls. Every command and read of an order carries it, and the grain decides what the caller may do.</summary>
/// <param name="UserId">The <c>sub</c> of the caller's token.</param>
/// <param name="IsAdmin">True where the token's <c>role</c> is <c>admin</c>.</param>
[GenerateSerializer, Immutable, Alias("caller")]
public sealed record Caller(
    [property: Id(0)] string UserId,
    [property: Id(1)] bool IsAdmin)
{
    /// <summary>True where this caller may see and change what belongs to <paramref name="userId"/>.</summary>
    public bool MayActFor(string userId) => IsAdmin || string.Equals(UserId, userId, StringComparison.Ordinal);
}
