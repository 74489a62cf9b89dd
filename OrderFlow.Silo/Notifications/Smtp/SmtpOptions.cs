using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using MailKit.Security;
using MimeKit;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>The mail server that sends notifications. Settings <c>Smtp__*</c>, used only where <c>Notifications__Sender</c> is smtp.</summary>
internal sealed class SmtpOptions : IValidatableObject
{
    public const string Section = "Smtp";

    private static readonly Dictionary<string, SecureSocketOptions> SecurityOptions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = SecureSocketOptions.None,
        ["starttls"] = SecureSocketOptions.StartTls,
        ["tls"] = SecureSocketOptions.SslOnConnect,
        ["auto"] = SecureSocketOptions.Auto,
    };

    /// <summary>The server's name, which its certificate must match.</summary>
    [Required(ErrorMessage = "Smtp__Host is not set: Notifications__Sender is smtp, which needs the name of a mail server")]
    public string Host { get; set; } = "";

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary><c>none</c>, <c>starttls</c>, <c>tls</c> (implicit) or <c>auto</c>: what the port suggests and the server offers.</summary>
    public string Security { get; set; } = "starttls";

    /// <summary>Empty for a server without authentication. With <c>auto</c>, credentials are sent only over TLS.</summary>
    public string Username { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>A PEM file with the only trusted root certificates, such as a company's own; empty for those of the system.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>The sender of the mails: <c>orders@shop.example</c> or <c>The shop &lt;orders@shop.example&gt;</c>.</summary>
    [Required(ErrorMessage = "Smtp__From is not set: Notifications__Sender is smtp, which needs a sender address such as orders@shop.example")]
    public string From { get; set; } = "";

    /// <summary>Where an order names no address: the domain for user ids without one; alice becomes alice@ this. Where it is empty, they get no mails.</summary>
    public string RecipientDomain { get; set; } = "";

    /// <summary>How long the server may take for one reply.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most connections at once.</summary>
    [Range(1, 256)]
    public int MaxConnections { get; set; } = 8;

    /// <summary><see cref="Security"/> as MailKit's option.</summary>
    public SecureSocketOptions SocketSecurity => SecurityOptions[Security];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SecurityOptions.ContainsKey(Security)) yield return new($"'{Security}' is not valid; it must be one of {string.Join(", ", SecurityOptions.Keys)}", [nameof(Security)]);
        if (Username.Length == 0 != (Password.Length == 0)) yield return new("both must be set, or neither", [nameof(Username), nameof(Password)]);
        if (!MailboxAddress.TryParse(From, out var from) || EmailAddress.Normalize(from.Address) is not { } sender || !Ascii.IsValid(sender)) yield return new($"'{From}' is not a valid mail address", [nameof(From)]);
        if (RecipientDomain.Length > 0 && !EmailAddress.IsValidDomain(RecipientDomain)) yield return new($"'{RecipientDomain}' is not a valid domain", [nameof(RecipientDomain)]);
        if (CaFile.Length > 0 && CaFileError() is { } error) yield return new(error, [nameof(CaFile)]);
    }

    private string? CaFileError()
    {
        try
        {
            return CustomRootValidator.Load(CaFile).Count == 0 ? $"{CaFile} contains no certificate" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{CaFile} cannot be read: {error.Message}";
        }
    }
}
