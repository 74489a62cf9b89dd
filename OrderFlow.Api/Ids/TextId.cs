using System.Globalization;
using System.Text;

namespace OrderFlow.Ids;

/// <summary>What a user id or a product id may look like: text that a person can tell apart, that a path, a log line and a Postgres column can hold.</summary>
internal static class TextId
{
    /// <summary>What is wrong with an id, for a person to read; null where nothing is.</summary>
    /// <param name="id">The id, as it was sent.</param>
    /// <param name="longest">The most characters (UTF-16 code units) it may have.</param>
    public static string? Objection(string? id, int longest)
    {
        if (id is null) return "is required";
        if (id.Length == 0) return "must not be empty";
        if (id.Length > longest) return string.Create(CultureInfo.InvariantCulture, $"must have at most {longest} characters");
        if (char.IsWhiteSpace(id[0]) || char.IsWhiteSpace(id[^1])) return "must not begin or end with white space";

        foreach (var rune in id.EnumerateRunes())
        {
            // A lone surrogate is enumerated as the replacement character; nobody's id needs a real one.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar) return "must not hold control characters or broken text";
        }

        return null;
    }
}
