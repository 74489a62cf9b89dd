using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderFlow.Api.Http;

/// <summary>
/// Numbers in bodies by their value, however they are written: <c>1.0</c> and <c>1e2</c> are whole (JSON Schema 2020-12 §6.1.1), and <c>9.990</c> has
/// 2 decimals. The serializer goes by notation.
/// </summary>
internal static class JsonNumbers
{
    /// <summary>A number, with as many decimals as it needs; the greatest or the least that there is, where it is beyond that.</summary>
    /// <remarks>A <see cref="decimal"/> holds 28 decimals. What needs more keeps that many, rounded, and so is not taken for one that needs fewer.</remarks>
    public static decimal Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number) throw new JsonException();   // says where, and is put into words as every wrong type is

        var text = Shortest(Encoding.ASCII.GetString(reader.ValueSpan));
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        return text[0] == '-' ? decimal.MinValue : decimal.MaxValue;
    }

    /// <summary>The same number without trailing zeros: <c>9.990</c> as <c>999E-2</c>, <c>1.0</c> as <c>1E0</c>.</summary>
    private static string Shortest(string number)
    {
        var mark = number.AsSpan().IndexOfAny('e', 'E');
        var digits = mark < 0 ? number : number[..mark];
        var exponent = mark < 0 ? 0 : Exponent(number.AsSpan(mark + 1));

        if (digits.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, count: 1);
        }

        var significant = digits.TrimEnd('0');
        return significant is "" or "-" ? "0" : string.Create(CultureInfo.InvariantCulture, $"{significant}E{exponent + digits.Length - significant.Length}");
    }

    /// <summary>An exponent; of one beyond all bounds only that it is.</summary>
    private static int Exponent(ReadOnlySpan<char> text)
    {
        const int beyond = 1_000_000;   // more than a body has digits
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) ? Math.Clamp(exponent, -beyond, beyond)
            : text[0] == '-' ? -beyond : beyond;
    }
}

/// <summary>Whole numbers in bodies.</summary>
internal sealed class WholeNumberConverter : JsonConverter<long>
{
    /// <summary>What is wrong with a number that is not whole.</summary>
    public const string Error = "must be a whole number";

    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var usual)) return usual;

        var number = JsonNumbers.Read(ref reader);
        if (number.Scale > 0) throw new InvalidValueException(Error);
        return number >= long.MaxValue ? long.MaxValue : number <= long.MinValue ? long.MinValue : (long)number;   // each is out of its bounds then
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Amounts of money in bodies.</summary>
internal sealed class MoneyConverter : JsonConverter<decimal>
{
    /// <inheritdoc/>
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonNumbers.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A value is of the right type, and cannot be taken all the same.</summary>
/// <param name="objection">What is wrong with it, in words for the caller.</param>
internal sealed class InvalidValueException(string objection) : JsonException(objection);
