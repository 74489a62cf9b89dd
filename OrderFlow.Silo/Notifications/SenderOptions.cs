using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Notifications;

/// <summary>How customers are told. Settings <c>Notifications__*</c>.</summary>
internal sealed class SenderOptions : IValidatableObject
{
    public const string Section = "Notifications";

    private const string Log = "log";

    private const string Smtp = "smtp";

    /// <summary><c>log</c> or <c>smtp</c>.</summary>
    public string Sender { get; set; } = Log;

    /// <summary>True where mails are sent.</summary>
    public bool UsesSmtp => IsSmtp(Sender);

    /// <summary>Whether the settings say that mails are sent.</summary>
    public static bool NamesSmtp(IConfiguration configuration) => IsSmtp(configuration[$"{Section}:{nameof(Sender)}"]);

    private static bool IsSmtp(string? sender) => string.Equals(sender, Smtp, StringComparison.OrdinalIgnoreCase);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!UsesSmtp && !string.Equals(Sender, Log, StringComparison.OrdinalIgnoreCase))
        {
            yield return new($"'{Sender}' is no sender: it must be {Log} or {Smtp}", [nameof(Sender)]);
        }
    }
}
