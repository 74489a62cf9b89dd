using System.Buffers.Text;
using System.Text;

namespace OrderFlow.Api.Lists;

/// <summary>Positions in a list as opaque texts: <c>nextCursor</c> of a page, <c>cursor</c> of the next request.</summary>
/// <param name="prefix">Keeps another list's cursor from being accepted; empty for lists that had cursors before there were prefixes.</param>
/// <param name="maxLength">The most characters of a cursor.</param>
internal sealed class Cursor(string prefix, int maxLength = Cursor.DefaultMaxLength)
{
    /// <summary>The most characters of a cursor, unless its list says otherwise.</summary>
    public const int DefaultMaxLength = 64;

    /// <summary>The cursor of a position.</summary>
    public string To(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(prefix + position));

    /// <summary>The position of a cursor; null if it is not one of this list.</summary>
    public string? Parse(string cursor)
    {
        if (cursor.Length > maxLength || !Base64Url.IsValid(cursor)) return null;

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;
    }
}
