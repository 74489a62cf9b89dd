using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Makes connections to the mail server, as safe as the settings want them.</summary>
internal sealed class SmtpConnector(SmtpOptions options)
{
    private readonly CustomRootValidator? _roots = options.CaFile.Length > 0 ? new(CustomRootValidator.Load(options.CaFile)) : null;

    /// <summary>A connection that takes mails.</summary>
    public async Task<SmtpClient> Connect(CancellationToken cancellationToken)
    {
        var client = new SmtpClient { Timeout = (int)options.Timeout.TotalMilliseconds };
        if (_roots is not null)
        {
            client.CheckCertificateRevocation = false;
            client.ServerCertificateValidationCallback = _roots.Validate;
        }

        try
        {
            await client.ConnectAsync(options.Host, options.Port, options.SocketSecurity, cancellationToken);
            if (options.Username.Length > 0) await Authenticate(client, cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task Authenticate(SmtpClient client, CancellationToken cancellationToken)
    {
        // Who pretends to be the server and offers no TLS must not be told the password.
        if (options.SocketSecurity == SecureSocketOptions.Auto && !client.IsEncrypted)
        {
            throw new AuthenticationException("the mail server offers no TLS, and Smtp__Security=auto sends no password without");
        }

        await client.AuthenticateAsync(Encoding.UTF8, options.Username, options.Password, cancellationToken);
    }
}
