using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OrderFlow.Api.Notifications;

/// <summary>A place in the list of dead letters, as an opaque text that one page gives and the next is asked for with. In the queue it is an entry of a stream.</summary>
internal static class DeadLetterCursor
{
    /// <summary>The cursor of a place.</summary>
    public static string After(string place) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(place));

    /// <summary>The place that a text means, or null where it means none.</summary>
    public static string? Parse(string text)
    {
        if (text.Length > Orders.OrderCursor.MaxLength || !Base64Url.IsValid(text)) return null;

        var place = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text));
        return place.Split('-') is [var time, var sequence] && IsNumber(time) && IsNumber(sequence) && place is not "0-0" ? place : null;
    }

    private static bool IsNumber(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
