using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using MailKit.Security;
using MimeKit;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>The mail server that notifications go to. Settings <c>Smtp__*</c>; they matter only where <c>Notifications__Sender</c> is smtp.</summary>
internal sealed class SmtpOptions : IValidatableObject
{
    public const string Section = "Smtp";

    private static readonly Dictionary<string, SecureSocketOptions> Securities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = SecureSocketOptions.None,
        ["starttls"] = SecureSocketOptions.StartTls,
        ["tls"] = SecureSocketOptions.SslOnConnect,
        ["auto"] = SecureSocketOptions.Auto,
    };

    /// <summary>The server's name, which its certificate must have too.</summary>
    [Required(ErrorMessage = "Smtp__Host is not set: Notifications__Sender is smtp, which needs the name of a mail server")]
    public string Host { get; set; } = "";

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary><c>none</c>, <c>starttls</c>, <c>tls</c> from the first byte on, or <c>auto</c>: what the port suggests and the server offers.</summary>
    public string Security { get; set; } = "starttls";

    /// <summary>Empty where the server wants no credentials. With <c>auto</c> they are sent only under TLS.</summary>
    public string Username { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>A PEM file with the only roots that the server's certificate may come from, such as a company's own; empty for those of the system.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>Whom the mails are from: <c>orders@shop.example</c> or <c>The shop &lt;orders@shop.example&gt;</c>.</summary>
    [Required(ErrorMessage = "Smtp__From is not set: Notifications__Sender is smtp, which needs an address that mails are from, such as orders@shop.example")]
    public string From { get; set; } = "";

    /// <summary>Where users live whose id is no address: alice becomes alice@ this. Empty: they cannot be sent mails.</summary>
    public string RecipientDomain { get; set; } = "";

    /// <summary>How long the server may take for one answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most connections there are at once.</summary>
    [Range(1, 256)]
    public int MaxConnections { get; set; } = 8;

    /// <summary><see cref="Security"/> as MailKit has it.</summary>
    public SecureSocketOptions SocketSecurity => Securities[Security];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Securities.ContainsKey(Security)) yield return new($"'{Security}' is none of {string.Join(", ", Securities.Keys)}", [nameof(Security)]);
        if (Username.Length == 0 != (Password.Length == 0)) yield return new("one is set without the other", [nameof(Username), nameof(Password)]);
        if (!MailboxAddress.TryParse(From, out var from) || RecipientAddress.Normalize(from.Address) is not { } sender || !Ascii.IsValid(sender)) yield return new($"'{From}' is not a valid mail address", [nameof(From)]);
        if (RecipientDomain.Length > 0 && !RecipientAddress.IsValidDomain(RecipientDomain)) yield return new($"'{RecipientDomain}' is not a valid domain", [nameof(RecipientDomain)]);
        if (CaFile.Length > 0 && CaFileObjection() is { } objection) yield return new(objection, [nameof(CaFile)]);
    }

    private string? CaFileObjection()
    {
        try
        {
            return CustomRootValidator.Load(CaFile).Count == 0 ? $"{CaFile} holds no certificate" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{CaFile} cannot be read: {error.Message}";
        }
    }
}
