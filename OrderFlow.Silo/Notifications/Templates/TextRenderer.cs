using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>
/// Renders what customers read when a job is sent, not when it is queued: what a corrected template says also reaches those whose mails are retried or replayed,
/// and jobs stay small.
/// </summary>
internal sealed class TextRenderer(IOptions<TextOptions> options, IOptions<ShopOptions> shop)
{
    private const string MessageLocale = "en";

    private readonly Dictionary<string, LocaleTemplates> _locales = TemplateLoader.Load(options.Value.Templates).Locales;

    /// <summary>Renders a job in its locale. One without details (of an older program), or of an event that this version does not know, is its message.</summary>
    /// <exception cref="TemplateException">A template failed, with values that no sample has.</exception>
    public NotificationContent Render(NotificationJob job) => job.Details is { } details && TemplateFiles.EventTypes.Contains(job.EventType)
        ? Find(job.Locale ?? "").Render(job, details, shop.Value.Currency)
        : new(NotificationText.Subject(job), job.Message, Html: null, MessageLocale);

    /// <summary>The templates of the locale, such as de-AT; else those of its language, else the default.</summary>
    private LocaleTemplates Find(string locale) =>
        _locales.GetValueOrDefault(locale) ?? _locales.GetValueOrDefault(locale.Split('-')[0]) ?? _locales[options.Value.DefaultLocale];
}
