using System.Globalization;
using System.Text.Json;

namespace OrderFlow.Api.Http;

/// <summary>Describes errors of deserialization in the caller's terms, not the serializer's.</summary>
internal static class JsonErrors
{
    /// <summary>The path of the body as a whole.</summary>
    public const string Root = "$";

    private const int MaxPathLength = 200;

    /// <summary>The path, as in <c>items[0].quantity</c>, and what is wrong there.</summary>
    public static (string Path, string Error) Describe(JsonException e) => e switch
    {
        // The inner exception is the reader's, for text that is not JSON; people count lines and bytes from 1.
        { InnerException: JsonException } => (
            PathOf(e), string.Create(CultureInfo.InvariantCulture, $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})")),

        InvalidValueException => (PathOf(e), e.Message),

        // Only the serializer's text tells these two apart; it is not passed on, because it names types.
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
        return path.Length > MaxPathLength ? path[..MaxPathLength] : path;
    }
}
