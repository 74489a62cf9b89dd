using System.Globalization;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Lists;

/// <summary>The requested page of a list.</summary>
/// <param name="Page">The page's number; the first is 1.</param>
/// <param name="Limit">Items on a page, 1 to <see cref="Limits.PageSize"/>.</param>
internal readonly record struct PageParameters(int Page, int Limit)
{
    /// <summary>The default number of items on a page.</summary>
    public const int DefaultLimit = 10;

    /// <summary>Parses the query parameters <c>page</c> and <c>limit</c>; absent ones have their default.</summary>
    public static PageParameters Read(string? page, string? limit, ValidationErrors errors) =>
        new(Parse("page", page, 1, int.MaxValue, errors), Parse("limit", limit, DefaultLimit, Limits.PageSize, errors));

    /// <summary>Parses the query parameter <c>cursor</c>, which excludes <c>page</c>; null if it is absent or not valid.</summary>
    public static T? ReadCursor<T>(string? cursor, string? page, Func<string, T?> parse, ValidationErrors errors)
        where T : class
    {
        if (cursor is null) return null;

        if (page is not null) errors.Add("page", "cannot be given together with cursor");
        var position = parse(cursor);
        if (position is null) errors.Add("cursor", "must be the nextCursor of an earlier page");
        return position;
    }

    private static int Parse(string name, string? text, int defaultValue, int max, ValidationErrors errors)
    {
        if (text is null) return defaultValue;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max) return number;

        errors.Add(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 1 to {max}"));
        return defaultValue;
    }
}
