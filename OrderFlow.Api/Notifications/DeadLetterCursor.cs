using System.Globalization;
using OrderFlow.Api.Lists;

namespace OrderFlow.Api.Notifications;

/// <summary>A position in the list of dead letters: the id of a stream entry in Redis.</summary>
internal static class DeadLetterCursor
{
    private static readonly Cursor Cursor = new(prefix: "");

    /// <summary>The cursor of a position.</summary>
    public static string After(string position) => Cursor.To(position);

    /// <summary>Parses a cursor; null if it is not valid.</summary>
    public static string? Parse(string text) =>
        Cursor.Parse(text) is { } position && position.Split('-') is [var time, var sequence] && IsNumber(time) && IsNumber(sequence) && position is not "0-0"
            ? position
            : null;

    private static bool IsNumber(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
