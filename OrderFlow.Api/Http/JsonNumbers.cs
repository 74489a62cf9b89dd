using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderFlow.Api.Http;

/// <summary>Reads numbers by value, not by notation: <c>1.0</c> and <c>1e2</c> are whole (JSON Schema 2020-12 §6.1.1), <c>9.990</c> has 2 decimals.</summary>
internal static class JsonNumbers
{
    /// <summary>Reads a number without trailing zeros; one beyond the range of <see cref="decimal"/> becomes its maximum or minimum.</summary>
    /// <remarks>A <see cref="decimal"/> holds 28 decimals. A number with more is rounded to that many, so it still counts as one with too many.</remarks>
    public static decimal Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number) throw new JsonException();   // the serializer adds the path; JsonErrors describes it

        var text = Normalize(Encoding.ASCII.GetString(reader.ValueSpan));
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        return text[0] == '-' ? decimal.MinValue : decimal.MaxValue;
    }

    /// <summary>Parses a number as it is written in JSON; null if it is none.</summary>
    public static decimal? Parse(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number) return null;

            var number = Read(ref reader);
            return reader.Read() ? null : number;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A whole number, as near as there is one beyond every bound; null if it is not whole.</summary>
    public static long? ToWhole(decimal number) =>
        number.Scale > 0 ? null : number >= long.MaxValue ? long.MaxValue : number <= long.MinValue ? long.MinValue : (long)number;

    /// <summary>Writes the same number without trailing zeros: <c>9.990</c> as <c>999E-2</c>, <c>1.0</c> as <c>1E0</c>.</summary>
    private static string Normalize(string number)
    {
        var mark = number.AsSpan().IndexOfAny('e', 'E');
        var digits = mark < 0 ? number : number[..mark];
        var exponent = mark < 0 ? 0 : ParseExponent(number.AsSpan(mark + 1));

        if (digits.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, count: 1);
        }

        var significant = digits.TrimEnd('0');
        return significant is "" or "-" ? "0" : string.Create(CultureInfo.InvariantCulture, $"{significant}E{exponent + digits.Length - significant.Length}");
    }

    /// <summary>Parses an exponent. A larger one is clamped to a value that no number of digits in a body can make up for.</summary>
    private static int ParseExponent(ReadOnlySpan<char> text)
    {
        const int max = 1_000_000;   // more than a body has digits
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) ? Math.Clamp(exponent, -max, max)
            : text[0] == '-' ? -max : max;
    }
}

/// <summary>Reads whole numbers in bodies.</summary>
internal sealed class WholeNumberConverter : JsonConverter<long>
{
    /// <summary>What is wrong with a number that is not whole.</summary>
    public const string Error = "must be a whole number";

    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var plain)) return plain;

        return JsonNumbers.ToWhole(JsonNumbers.Read(ref reader)) ?? throw new InvalidValueException(Error);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Reads amounts of money in bodies.</summary>
internal sealed class MoneyConverter : JsonConverter<decimal>
{
    /// <inheritdoc/>
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonNumbers.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A value has the right type but is not valid.</summary>
/// <param name="error">What is wrong with it, for the caller.</param>
internal sealed class InvalidValueException(string error) : JsonException(error);
