using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace OrderFlow.Api.Lists;

/// <summary>A page of a list; every list has this shape.</summary>
/// <param name="Items">The items on this page.</param>
/// <param name="Total">How many items there are on all pages. Absent if that is not counted.</param>
/// <param name="Page">The page's number; the first is 1. Absent if the request had a cursor.</param>
/// <param name="Limit">The most items a page may hold.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page, if the list has cursors and may have a next page.</param>
internal sealed record PageResponse<T>(
    T[] Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Total,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    int Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextCursor = null);

/// <summary>Maps pages from grains to <see cref="PageResponse{T}"/>.</summary>
internal static class PageResponse
{
    /// <summary>Maps a page and its items.</summary>
    public static PageResponse<TOut> Of<TIn, TOut>(Page<TIn> page, Func<TIn, TOut> item) =>
        new(
            Array.ConvertAll(ImmutableCollectionsMarshal.AsArray(page.Items) ?? [], item.Invoke),
            page.Total == Page.NotCounted ? null : page.Total, page.Number, page.Limit);

    /// <summary>Adds the cursor after the last item if there may be a next page; a page requested by cursor has no number.</summary>
    public static PageResponse<T> WithCursor<T>(this PageResponse<T> page, bool isByCursor, Func<T, string> cursorAfter) => page with
    {
        Page = isByCursor ? null : page.Page,
        NextCursor = page.Items is [.., var last] && page.Items.Length == page.Limit ? cursorAfter(last) : null,
    };
}
