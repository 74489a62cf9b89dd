using System.ComponentModel.DataAnnotations;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Notifications;

/// <summary>Which events customers are notified of, and how. Settings <c>Notifications__*</c>.</summary>
internal sealed class NotificationOptions : IValidatableObject
{
    public const string Section = "Notifications";

    private const string Log = "log";
    private const string Smtp = "smtp";

    private static readonly string[] Notifiable = [.. OrderEventCatalogue.All.Where(type => type.Headline is not null).Select(type => type.Name)];

    /// <summary>The types of these events, separated by commas.</summary>
    [Required]
    public string Events { get; set; } = string.Join(',', OrderEventCatalogue.All.Where(type => type.NotifiedByDefault).Select(type => type.Name));

    /// <summary>The age beyond which customers are not notified of an event. While it is at most <c>Redis__CompletedRetention</c>, no customer is notified twice.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan MaxEventAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary><c>log</c> or <c>smtp</c>.</summary>
    public string Sender { get; set; } = Log;

    /// <summary>The event types that customers are notified of, which are the topics to consume.</summary>
    public IReadOnlyList<string> EventTopics => Events.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>True where notifications are sent as mails.</summary>
    public bool UsesSmtp => IsSmtp(Sender);

    /// <summary>True where the configuration selects mails; for defaults that depend on it.</summary>
    public static bool SelectsSmtp(IConfiguration configuration) => IsSmtp(configuration[$"{Section}:{nameof(Sender)}"]);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (EventTopics.Count == 0) yield return new("must name at least one event type", [nameof(Events)]);
        if (EventTopics.Except(Notifiable).FirstOrDefault() is { } unknown)
            yield return new($"'{unknown}' is not an event type; it must be one of {string.Join(", ", Notifiable)}", [nameof(Events)]);
        if (!UsesSmtp && !string.Equals(Sender, Log, StringComparison.OrdinalIgnoreCase))
            yield return new($"'{Sender}' is not a sender; it must be {Log} or {Smtp}", [nameof(Sender)]);
    }

    private static bool IsSmtp(string? sender) => string.Equals(sender, Smtp, StringComparison.OrdinalIgnoreCase);
}
