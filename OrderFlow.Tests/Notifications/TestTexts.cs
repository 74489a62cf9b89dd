using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Tests.Notifications;

/// <summary>Texts for tests.</summary>
internal static class TestTexts
{
    public static readonly NotificationDetails Details = new(TestJobs.Now, 1_234.50m, Items: [new("sku-1", 2), new("sku-2", 1)]);

    public static TextRenderer Renderer(string templates = "", string currency = "", string defaultLocale = "en") =>
        new(Options.Create(new TextOptions { Templates = templates, DefaultLocale = defaultLocale }), Options.Create(new ShopOptions { Currency = currency }));

    public static NotificationJob Job(string eventType, NotificationDetails? details, string? locale = "de") =>
        TestJobs.Job(eventType: eventType) with { Details = details, Locale = locale };
}
