using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Tests.Notifications;

/// <summary>What customers read of their orders, by the built-in templates.</summary>
public sealed class CustomerTexts
{
    private static readonly TextRenderer Renderer = TestTexts.Renderer(currency: "EUR");

    [Fact]
    public void Of_a_German_order_are_German()
    {
        var content = Render("order.reserved", TestTexts.Details, "de");

        Assert.Equal(("Ihre Bestellung 42 ist reserviert", "de"), (content.Subject, content.Locale));
        Assert.Equal(
            """
            Alle Artikel Ihrer Bestellung 42 sind für Sie reserviert.

            2 × sku-1
            1 × sku-2

            Summe: 1.234,50 €
            Datum: 1. März 2026

            """, content.Text.Replace('\u00A0', ' '));
        Assert.Equal(
            """
            <!DOCTYPE html>
            <html lang="de">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Ihre Bestellung 42 ist reserviert</title>
            </head>
            <body>
            <h1>Ihre Bestellung 42 ist reserviert</h1>
            <p>Alle Artikel Ihrer Bestellung 42 sind für Sie reserviert.</p>
            <ul>
            <li>2 × sku-1</li>
            <li>1 × sku-2</li>
            </ul>
            <p>Summe: <strong>1.234,50&#xA0;€</strong></p>
            <p>Datum: 1. März 2026</p>
            </body>
            </html>

            """, content.Html);
    }

    [Fact]
    public void Of_an_English_order_are_English()
    {
        var content = Render("order.reserved", TestTexts.Details, "en");

        Assert.Equal(("Your order 42 is reserved", "en"), (content.Subject, content.Locale));
        Assert.Equal("All items of your order 42 are reserved for you.\n\n2 × sku-1\n1 × sku-2\n\nTotal: €1,234.50\nDate: 1 March 2026\n", content.Text);
        Assert.Contains("<html lang=\"en\">", content.Html, StringComparison.Ordinal);
        Assert.Contains("<p>Total: <strong>€1,234.50</strong></p>\n<p>Date: 1 March 2026</p>", content.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order.created", null, "Ihre Bestellung 42 ist eingegangen", "Wir haben Ihre Bestellung 42 erhalten.")]
    [InlineData("order.failed", null, "Ihre Bestellung 42 konnte nicht reserviert werden", "Leider konnte Ihre Bestellung 42 nicht reserviert werden.")]
    [InlineData("order.failed", "insufficient stock: sku-2 wanted 5, available 3; unknown product: sku-9", "Ihre Bestellung 42 konnte nicht reserviert werden",
        "Leider konnte Ihre Bestellung 42 nicht reserviert werden.\nGrund: nicht genug auf Lager: sku-2: bestellt 5, verfügbar 3; unbekannter Artikel: sku-9")]
    [InlineData("order.failed", "price changed: the total is 19.98, agreed was 9.99", "Ihre Bestellung 42 konnte nicht reserviert werden",
        "Leider konnte Ihre Bestellung 42 nicht reserviert werden.\nGrund: Der Preis hat sich geändert.")]
    [InlineData("order.cancelled", null, "Ihre Bestellung 42 ist storniert", "Ihre Bestellung 42 ist storniert.")]
    [InlineData("order.cancelled", "cancelled", "Ihre Bestellung 42 ist storniert", "Ihre Bestellung 42 ist storniert.")]
    [InlineData("order.cancelled", "expired", "Ihre Bestellung 42 ist storniert", "Ihre Bestellung 42 ist storniert.\nSie wurde nicht rechtzeitig bestätigt.")]
    [InlineData("order.cancelled", "Produkt zurückgerufen", "Ihre Bestellung 42 ist storniert", "Ihre Bestellung 42 ist storniert.\nGrund: Produkt zurückgerufen")]
    [InlineData("order.reopened", null, "Ihre Bestellung 42 wird erneut bearbeitet", "Wir bearbeiten Ihre Bestellung 42 erneut.")]
    [InlineData("order.confirmed", null, "Ihre Bestellung 42 ist bestätigt", "Ihre Bestellung 42 ist bestätigt.")]
    [InlineData("order.fulfilled", null, "Ihre Bestellung 42 ist unterwegs", "Ihre Bestellung 42 ist unterwegs.")]
    public void Say_what_happened(string eventType, string? reason, string subject, string text)
    {
        var content = Render(eventType, new NotificationDetails(Reason: reason), "de");

        Assert.Equal((subject, text + "\n"), (content.Subject, content.Text));
        Assert.Contains(string.Concat(text.Split('\n').Select(line => $"<p>{line}</p>\n")), content.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://parcels.example/?a=1&b=2", "DHL JD01\nhttps://parcels.example/?a=1&b=2", """<a href="https://parcels.example/?a=1&amp;b=2">DHL JD01</a>""")]
    [InlineData("javascript:alert(1)", "DHL JD01", "DHL JD01")]
    [InlineData(null, "DHL JD01", "DHL JD01")]
    public void Link_to_the_parcel(string? url, string text, string html)
    {
        var content = Render("order.fulfilled", new NotificationDetails(Tracking: new("DHL", "JD01", url)), "en");

        Assert.Equal($"Your order 42 is on its way.\nParcel: {text}\n", content.Text);
        Assert.Contains($"<p>Parcel: {html}</p>\n</body>", content.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_no_markup_of_others()
    {
        var content = Render("order.cancelled", new NotificationDetails(Reason: "<b>&\"'\0", Items: [new("<script>alert(1)</script>", 1)]), "en");

        Assert.Equal("Your order 42 is cancelled.\nReason: <b>&\"'\n\n1 × <script>alert(1)</script>\n", content.Text);
        Assert.Contains("<p>Reason: &lt;b&gt;&amp;&quot;&#x27;&#x0;</p>", content.Html, StringComparison.Ordinal);
        Assert.Contains("<li>1 × &lt;script&gt;alert(1)&lt;/script&gt;</li>", content.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Say_how_many_lines_they_leave_out() =>
        Assert.EndsWith("\n2 × sku-1\nund 81 weitere, siehe Bestellung\n", Render("order.confirmed", new NotificationDetails(Items: [new("sku-1", 2)], MoreItems: 81), "de").Text, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "en")]
    [InlineData("", "en")]
    [InlineData("fr", "en")]
    [InlineData("fr-CH", "en")]
    [InlineData("de", "de")]
    [InlineData("DE", "de")]
    [InlineData("de-AT", "de")]
    [InlineData("de-Latn-AT", "de")]
    [InlineData("den", "en")]
    public void Are_in_the_language_of_the_locale_or_the_default(string? locale, string language) => Assert.Equal(language, Render("order.reserved", TestTexts.Details, locale).Locale);

    [Fact]
    public void Are_in_the_default_locale_of_the_settings() =>
        Assert.Equal("de", TestTexts.Renderer(defaultLocale: "de").Render(TestTexts.Job("order.reserved", TestTexts.Details, locale: null)).Locale);

    [Theory]
    [InlineData("order.reserved", "Your order 42 is reserved")]
    [InlineData("order.audited", "Your order 42")]
    public void Of_an_older_program_are_the_message(string eventType, string subject) => Assert.Equal(
        new NotificationContent(subject, "Your order 42 is reserved. Total: 19.98.", Html: null, "en"),
        Render(eventType, details: null, "de"));

    [Fact]
    public void Of_an_event_that_this_version_does_not_know_are_the_message() =>
        Assert.Equal("Your order 42 is reserved. Total: 19.98.", Render("order.audited", TestTexts.Details, "de").Text);

    private static NotificationContent Render(string eventType, NotificationDetails? details, string? locale) => Renderer.Render(TestTexts.Job(eventType, details, locale));
}
