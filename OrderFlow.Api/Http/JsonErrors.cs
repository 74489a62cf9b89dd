using System.Globalization;
using System.Text.Json;

namespace OrderFlow.Api.Http;

/// <summary>Says where a body is not the JSON it must be, in the words of the caller and not of the serializer.</summary>
internal static class JsonErrors
{
    /// <summary>The path of the body as a whole.</summary>
    public const string Root = "$";

    private const int LongestPath = 200;

    /// <summary>The path, as in <c>items[0].quantity</c>, and what is wrong there.</summary>
    public static (string Path, string Objection) Describe(JsonException e) => e switch
    {
        // The reader's own exception inside means that the text is no JSON; line and byte count from 1 for people.
        { InnerException: JsonException } => (
            PathOf(e), string.Create(CultureInfo.InvariantCulture, $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})")),

        InvalidValueException => (PathOf(e), e.Message),

        // The serializer tells these two apart from the rest by its text only; what it says is not passed on, it names types.
        _ when e.Message.StartsWith("The JSON property", StringComparison.Ordinal) => (PathOf(e), "is not known here"),
        _ when e.Message.StartsWith("Duplicate property", StringComparison.Ordinal) => (PathOf(e), "is given more than once"),

        _ => (PathOf(e), "is of the wrong type"),
    };

    private static string PathOf(JsonException e)
    {
        var path = e.Path switch
        {
            null or "" or Root => Root,
            ['$', '.', .. var below] => below,
            ['$', .. var below] => below,
            var other => other,
        };
        return path.Length > LongestPath ? path[..LongestPath] : path;
    }
}
