using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Connects to the mail server with the configured security, and signs in.</summary>
internal sealed class SmtpConnector(SmtpOptions options)
{
    private readonly CustomRootValidator? _roots = options.CaFile.Length > 0 ? new(CustomRootValidator.Load(options.CaFile)) : null;

    /// <summary>Opens a connection that is ready for mails.</summary>
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
        catch (Exception error)
        {
            client.Dispose();
            if (IsPermanent(error)) throw new SenderUnavailableException($"the mail server cannot be used: {Describe(error)}", error);
            throw;
        }
    }

    /// <summary>Whether the server will not take a session with these settings: a 5xx, no trusted certificate, no TLS, no way to sign in.</summary>
    private static bool IsPermanent(Exception error) => error switch
    {
        AuthenticationException { InnerException: SmtpCommandException reply } => IsPermanent(reply),
        SmtpCommandException reply => (int)reply.StatusCode >= SmtpSender.MinPermanentReply,
        SslHandshakeException { InnerException: IOException or SocketException } => false,   // the connection broke
        AuthenticationException or SslHandshakeException or NotSupportedException => true,
        _ => false,
    };

    private static string Describe(Exception error) => error switch
    {
        SmtpCommandException reply => $"{(int)reply.StatusCode} {reply.Message}",
        AuthenticationException { InnerException: SmtpCommandException } => error.Message,   // which has the reply
        _ => error.FullMessage(),
    };

    private async Task Authenticate(SmtpClient client, CancellationToken cancellationToken)
    {
        // An impostor that offers no TLS must not receive the password.
        if (options.SocketSecurity == SecureSocketOptions.Auto && !client.IsEncrypted)
        {
            throw new AuthenticationException("the mail server does not offer TLS, without which Smtp__Security=auto does not send the password");
        }

        await client.AuthenticateAsync(Encoding.UTF8, options.Username, options.Password, cancellationToken);
    }
}
