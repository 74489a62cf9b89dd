using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>
/// How a locale writes amounts and dates, from its <c>formats.json</c>. The programs run without the cultures of ICU, which chiseled images do not have
/// and whose data differs between versions.
/// </summary>
/// <param name="DecimalSeparator">Between units and cents.</param>
/// <param name="GroupSeparator">Between thousands.</param>
/// <param name="CurrencyFirst">Whether the currency precedes the amount.</param>
/// <param name="Date">A .NET format of d, M, y and punctuation; MMMM is the month's name.</param>
/// <param name="Months">The names of the twelve months, as they stand in a date.</param>
internal sealed partial record LocaleFormats(string DecimalSeparator, string GroupSeparator, bool CurrencyFirst, string Date, IReadOnlyList<string> Months)
{
    private const int MonthsOfYear = 12;
    private const string NoBreakSpace = "\u00A0";

    private static readonly FrozenDictionary<string, string> Symbols =
        new Dictionary<string, string> { ["EUR"] = "€", ["GBP"] = "£", ["JPY"] = "¥", ["USD"] = "$" }.ToFrozenDictionary();

    /// <summary>Currencies without a minor unit, ISO 4217.</summary>
    private static readonly FrozenSet<string> WithoutCents = FrozenSet.Create(
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF");

    /// <summary>Reads the formats of a locale; null and the error, with its line where there is one, where they are not valid.</summary>
    public static (LocaleFormats? Formats, string? Error, int? Line) Read(string json)
    {
        try
        {
            var formats = JsonSerializer.Deserialize(json, FormatsJson.Default.LocaleFormats);
            return formats?.Validate() is { } error ? (null, error, null) : formats is null ? (null, "must be an object", null) : (formats, null, null);
        }
        catch (JsonException error)
        {
            return (null, error.Message.Split(" Path: ")[0], (int?)error.LineNumber + 1);   // what follows counts lines from 0
        }
    }

    /// <summary>The amount with its currency, where there is one.</summary>
    public string Money(decimal amount, string currency)
    {
        var digits = WithoutCents.Contains(currency) && decimal.IsInteger(amount) ? "N0" : "N2";
        var number = amount.ToString(digits, new NumberFormatInfo { NumberDecimalSeparator = DecimalSeparator, NumberGroupSeparator = GroupSeparator });
        if (currency.Length == 0) return number;

        var hasSymbol = Symbols.TryGetValue(currency, out var symbol);
        return !CurrencyFirst ? $"{number}{NoBreakSpace}{symbol ?? currency}" : hasSymbol ? $"{symbol}{number}" : $"{currency}{NoBreakSpace}{number}";
    }

    /// <summary>The day, in UTC.</summary>
    public string Day(DateTimeOffset time)
    {
        string[] months = [.. Months, ""];   // .NET has room for a thirteenth
        return time.UtcDateTime.ToString(Date, new DateTimeFormatInfo { MonthNames = months, MonthGenitiveNames = months });
    }

    private string? Validate() =>
        DecimalSeparator.Length == 0 ? "decimalSeparator must not be empty"
        : Months.Count != MonthsOfYear || Months.Any(string.IsNullOrWhiteSpace) ? $"months must have {MonthsOfYear} names"
        : !DateFormat().IsMatch(Date) ? "date must be a format of d, dd, M, MM, MMMM, yyyy and punctuation, such as d. MMMM yyyy"
        : null;

    /// <summary>Letters other than these have another meaning, or would need names of this locale. A format of one letter is a standard one.</summary>
    [GeneratedRegex(@"\A(?!.\z)((?<!d)d{1,2}(?!d)|(?<!M)(M{1,2}|MMMM)(?!M)|(?<!y)yyyy(?!y)|'[^'\\]*'|[^\w'""\\%:])+\z")]
    private static partial Regex DateFormat();
}

/// <summary>JSON of <c>formats.json</c>: every member must be there, and no other.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LocaleFormats))]
internal sealed partial class FormatsJson : JsonSerializerContext;
