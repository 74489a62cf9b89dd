using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace OrderFlow.Api.Lists;

/// <summary>A list on the wire: every list has this shape.</summary>
/// <param name="Items">What is on this page.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Page">The page's number; the first is 1. Absent where a cursor was asked for.</param>
/// <param name="Limit">The most items a page may hold.</param>
/// <param name="NextCursor">What to ask for the next page with, where the list has cursors and may go on.</param>
internal sealed record PageResponse<T>(
    T[] Items,
    long Total,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    int Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextCursor = null);

/// <summary>Makes <see cref="PageResponse{T}"/> of what grains answer.</summary>
internal static class PageResponse
{
    /// <summary>The page as it goes on the wire.</summary>
    public static PageResponse<TOut> Of<TIn, TOut>(Page<TIn> page, Func<TIn, TOut> item) =>
        new(Array.ConvertAll(ImmutableCollectionsMarshal.AsArray(page.Items) ?? [], item.Invoke), page.Total, page.Number, page.Limit);

    /// <summary>The same with the place behind its last item, where the list may go on; a page that was asked for by a place has no number.</summary>
    public static PageResponse<T> WithCursor<T>(this PageResponse<T> page, bool isByCursor, Func<T, string> behind) => page with
    {
        Page = isByCursor ? null : page.Page,
        NextCursor = page.Items is [.., var last] && page.Items.Length == page.Limit ? behind(last) : null,
    };
}
