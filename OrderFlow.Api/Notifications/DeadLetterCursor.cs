using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OrderFlow.Api.Notifications;

/// <summary>A position in the list of dead letters as an opaque text, which is the id of a stream entry in Redis.</summary>
internal static class DeadLetterCursor
{
    /// <summary>The cursor of a position.</summary>
    public static string After(string position) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(position));

    /// <summary>Parses a cursor; null if it is not valid.</summary>
    public static string? Parse(string text)
    {
        if (text.Length > Orders.OrderCursor.MaxLength || !Base64Url.IsValid(text)) return null;

        var position = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text));
        return position.Split('-') is [var time, var sequence] && IsNumber(time) && IsNumber(sequence) && position is not "0-0" ? position : null;
    }

    private static bool IsNumber(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
