using System.Collections.Immutable;

namespace OrderFlow;

/// <summary>One page of a list, and how many items there are on all pages.</summary>
/// <param name="Items">What is on this page.</param>
/// <param name="Total">The exact number of items that match, on all pages; <see cref="Page.NotCounted"/> where that would cost too much.</param>
/// <param name="Number">The page's number; the first is 1.</param>
/// <param name="Limit">The most items a page may hold.</param>
/// <param name="Next">The position after the last item, where the list has positions and may have more items.</param>
[GenerateSerializer, Immutable, Alias("page`1")]
public sealed record Page<T>(
    [property: Id(0)] ImmutableArray<T> Items,
    [property: Id(1)] long Total,
    [property: Id(2)] int Number,
    [property: Id(3)] int Limit,
    [property: Id(4)] string? Next = null);

/// <summary>What pages of all lists have in common.</summary>
public static class Page
{
    /// <summary>The total of a page whose list is not counted.</summary>
    public const long NotCounted = -1;
}
