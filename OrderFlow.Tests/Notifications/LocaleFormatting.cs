using System.Globalization;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Tests.Notifications;

/// <summary>Amounts and dates as locales write them.</summary>
public sealed class LocaleFormatting
{
    private static readonly string[] Months = [.. Enumerable.Range(1, 12).Select(month => $"month {month}")];
    private static readonly LocaleFormats English = new(".", ",", CurrencyFirst: true, "d MMMM yyyy", Months);
    private static readonly LocaleFormats German = new(",", ".", CurrencyFirst: false, "dd.MM.yyyy", Months);

    [Theory]
    [InlineData("1234567.5", "EUR", "€1,234,567.50", "1.234.567,50 €")]
    [InlineData("0", "EUR", "€0.00", "0,00 €")]
    [InlineData("19.98", "USD", "$19.98", "19,98 $")]
    [InlineData("19.98", "CHF", "CHF 19.98", "19,98 CHF")]
    [InlineData("1200", "JPY", "¥1,200", "1.200 ¥")]
    [InlineData("1200.5", "JPY", "¥1,200.50", "1.200,50 ¥")]
    [InlineData("1200", "KRW", "KRW 1,200", "1.200 KRW")]
    [InlineData("1234.5", "", "1,234.50", "1.234,50")]
    [InlineData("100000000000000", "EUR", "€100,000,000,000,000.00", "100.000.000.000.000,00 €")]
    public void Writes_amounts(string amount, string currency, string english, string german)
    {
        var value = decimal.Parse(amount, CultureInfo.InvariantCulture);

        Assert.Equal((english, german), (English.Money(value, currency).Replace('\u00A0', ' '), German.Money(value, currency).Replace('\u00A0', ' ')));
    }

    [Fact]
    public void Never_breaks_the_line_before_a_currency() => Assert.Equal("1,00\u00A0€", German.Money(1, "EUR"));

    [Fact]
    public void Writes_the_day_in_UTC()
    {
        var time = new DateTimeOffset(2026, 3, 2, 0, 30, 0, TimeSpan.FromHours(1));

        Assert.Equal(("1 month 3 2026", "01.03.2026"), (English.Day(time), German.Day(time)));
    }

    [Theory]
    [InlineData("d. MMMM yyyy")]
    [InlineData("dd/MM/yyyy")]
    [InlineData("yyyy-M-d")]
    [InlineData("d 'de' MMMM 'de' yyyy")]
    [InlineData("yyyy年M月d日", false)]
    [InlineData("yyyy'年'M'月'd'日'")]
    [InlineData("d", false)]
    [InlineData("", false)]
    [InlineData("dddd, d. MMMM yyyy", false)]
    [InlineData("d MMM yyyy", false)]
    [InlineData("d.M.yy", false)]
    [InlineData("d MMMM yyyy HH:mm", false)]
    [InlineData("d 'de MMMM", false)]
    [InlineData("%d", false)]
    public void Allows_date_formats_that_need_no_other_names(string date, bool allowed = true)
    {
        var (formats, error, _) = LocaleFormats.Read(
            $$"""{"decimalSeparator":".","groupSeparator":",","currencyFirst":true,"date":"{{date}}","months":["{{string.Join("\",\"", Months)}}"]}""");

        Assert.Equal(allowed ? null : "date must be a format of d, dd, M, MM, MMMM, yyyy and punctuation, such as d. MMMM yyyy", error);
        Assert.Equal(allowed, formats is not null);
        if (allowed) Assert.NotEmpty(formats!.Day(DateTimeOffset.UnixEpoch));
    }
}
