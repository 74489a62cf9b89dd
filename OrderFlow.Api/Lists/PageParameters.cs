using System.Globalization;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Lists;

/// <summary>Which page of a list is wanted.</summary>
/// <param name="Page">The page's number; the first is 1.</param>
/// <param name="Limit">Items on a page, 1 to <see cref="Limits.PageSize"/>.</param>
internal readonly record struct PageParameters(int Page, int Limit)
{
    /// <summary>Items on a page where the caller does not say.</summary>
    public const int DefaultLimit = 10;

    /// <summary>Reads the query parameters <c>page</c> and <c>limit</c> as they were sent; absent ones have their default.</summary>
    public static PageParameters Read(string? page, string? limit, ValidationErrors violations) =>
        new(Number("page", page, 1, int.MaxValue, violations), Number("limit", limit, DefaultLimit, Limits.PageSize, violations));

    /// <summary>Checks the query parameter <c>cursor</c> of a list that has cursors, and that no page is asked for beside it.</summary>
    public static void ValidateCursor(string? cursor, bool isPlace, string? page, ValidationErrors violations)
    {
        if (cursor is null) return;

        if (!isPlace) violations.Add("cursor", "must be the nextCursor of an earlier page");
        if (page is not null) violations.Add("page", "cannot be given together with cursor");
    }

    private static int Number(string name, string? text, int absent, int highest, ValidationErrors violations)
    {
        if (text is null) return absent;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= highest) return number;

        violations.Add(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 1 to {highest}"));
        return absent;
    }
}
