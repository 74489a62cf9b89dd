using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace OrderFlow.Silo.Smtp;

/// <summary>Connections to the mail server, kept and used again. Never more than the settings allow; who finds none free waits.</summary>
internal sealed class SmtpConnections : IAsyncDisposable
{
    /// <summary>How long a connection is kept that nobody uses; well under the five minutes that servers keep it, RFC 5321 §4.5.3.2.7.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    /// <summary>How long after its last use a connection is taken to be alive without asking: under load nothing is asked, and after a pause no mail is lost on a dead one.</summary>
    public static readonly TimeSpan TrustedTime = TimeSpan.FromSeconds(1);

    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;
    private readonly TrustedRoots? _roots;
    private readonly SemaphoreSlim _places;
    private readonly Lock _lock = new();
    private readonly List<Idle> _idle = [];
    private readonly ITimer _sweep;
    private bool _disposed;

    public SmtpConnections(IOptions<SmtpOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _roots = _options.CaFile.Length > 0 ? new(TrustedRoots.Load(_options.CaFile)) : null;
        _places = new(_options.Connections, _options.Connections);
        _sweep = time.CreateTimer(_ => CloseIdle(IdleLimit), state: null, IdleLimit, IdleLimit);
    }

    /// <summary>Runs the work on a connection. One whose work failed is not used again, but for a refusal of the recipient, after which the server expects the next mail.</summary>
    public async Task Use(Func<SmtpClient, Task> work, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var client = await TakeIdle(cancellationToken) ?? await Connect(cancellationToken);
            try
            {
                await work(client);
            }
            catch (SmtpCommandException error) when (error.ErrorCode == SmtpErrorCode.RecipientNotAccepted && client.IsConnected)
            {
                Keep(client);
                throw;
            }
            catch
            {
                client.Dispose();
                throw;
            }

            Keep(client);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Closes what nobody uses; what is in use is closed when it is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        lock (_lock) _disposed = true;
        CloseIdle(TimeSpan.Zero);
    }

    private async Task<SmtpClient?> TakeIdle(CancellationToken cancellationToken)
    {
        Idle idle;
        lock (_lock)
        {
            if (_idle.Count == 0) return null;
            idle = _idle[^1];   // the one used last: the others grow old and are closed
            _idle.RemoveAt(_idle.Count - 1);
        }

        if (_time.GetElapsedTime(idle.Since) < TrustedTime) return idle.Client;
        try
        {
            await idle.Client.NoOpAsync(cancellationToken);
            return idle.Client;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            idle.Client.Dispose();   // the server has closed it: a new one will tell whether it is there at all
            return null;
        }
    }

    private async Task<SmtpClient> Connect(CancellationToken cancellationToken)
    {
        var client = new SmtpClient { Timeout = (int)_options.Timeout.TotalMilliseconds };
        if (_roots is not null)
        {
            client.CheckCertificateRevocation = false;
            client.ServerCertificateValidationCallback = _roots.Validate;
        }

        try
        {
            await client.ConnectAsync(_options.Host, _options.Port, _options.SocketSecurity, cancellationToken);
            if (_options.Username.Length > 0) await Authenticate(client, cancellationToken);
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
        if (_options.SocketSecurity == SecureSocketOptions.Auto && !client.IsEncrypted)
        {
            throw new AuthenticationException("the mail server offers no TLS, and Smtp__Security=auto sends no password without");
        }

        await client.AuthenticateAsync(Encoding.UTF8, _options.Username, _options.Password, cancellationToken);
    }

    private void Keep(SmtpClient client)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _idle.Add(new(client, _time.GetTimestamp()));
                return;
            }
        }

        client.Dispose();
    }

    private void CloseIdle(TimeSpan unusedFor)
    {
        List<Idle> old;
        lock (_lock)
        {
            old = _idle.FindAll(idle => _time.GetElapsedTime(idle.Since) >= unusedFor);
            _idle.RemoveAll(old.Contains);
        }

        foreach (var idle in old) idle.Client.Dispose();
    }

    /// <param name="Client">A connection that nobody uses.</param>
    /// <param name="Since">The time stamp of its last use.</param>
    private sealed record Idle(SmtpClient Client, long Since);
}
