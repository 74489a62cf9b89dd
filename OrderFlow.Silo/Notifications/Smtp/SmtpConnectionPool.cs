using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>A pool of connections to the mail server. Callers wait while as many are in use as the settings allow.</summary>
internal sealed class SmtpConnectionPool : IAsyncDisposable
{
    /// <summary>How long an idle connection is kept; well under the five minutes for which servers keep it, RFC 5321 §4.5.3.2.7.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    /// <summary>After how long idle a connection is probed before its next use: under load none is, and after a pause no send fails on one that is dead.</summary>
    public static readonly TimeSpan ProbeDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may take to answer QUIT.</summary>
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(2);

    private readonly SmtpConnector _connector;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _permits;
    private readonly Lock _lock = new();
    private readonly List<IdleConnection> _idle = [];
    private readonly ITimer _idleTimer;
    private bool _disposed;

    public SmtpConnectionPool(IOptions<SmtpOptions> options, TimeProvider time)
    {
        _connector = new(options.Value);
        _time = time;
        _permits = new(options.Value.MaxConnections, options.Value.MaxConnections);
        _idleTimer = time.CreateTimer(_ => _ = CloseIdle(IdleTimeout), state: null, IdleTimeout, IdleTimeout);
    }

    /// <summary>Runs the work on a connection. Closes it where the work fails, unless only the recipient was rejected: then it is ready for the next mail.</summary>
    public async Task Run(Func<SmtpClient, Task> work, CancellationToken cancellationToken)
    {
        await _permits.WaitAsync(cancellationToken);
        try
        {
            var client = await TakeIdle(cancellationToken) ?? await _connector.Connect(cancellationToken);
            try
            {
                await work(client);
            }
            catch (Exception error)
            {
                var isReusable = error is UndeliverableException or SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted };
                if (isReusable && client.IsConnected) Return(client);
                else client.Dispose();
                throw;
            }

            Return(client);
        }
        finally
        {
            _permits.Release();
        }
    }

    /// <summary>Closes the idle connections; those in use are closed when they are returned.</summary>
    public async ValueTask DisposeAsync()
    {
        await _idleTimer.DisposeAsync();
        lock (_lock) _disposed = true;
        await CloseIdle(TimeSpan.Zero);
    }

    private async Task<SmtpClient?> TakeIdle(CancellationToken cancellationToken)
    {
        IdleConnection idle;
        lock (_lock)
        {
            if (_idle.Count == 0) return null;
            idle = _idle[^1];   // the last used one, so that the others reach the idle time-out
            _idle.RemoveAt(_idle.Count - 1);
        }

        if (_time.GetElapsedTime(idle.Since) < ProbeDelay) return idle.Client;
        try
        {
            await idle.Client.NoOpAsync(cancellationToken);
            return idle.Client;
        }
        catch (Exception)
        {
            idle.Client.Dispose();
            if (cancellationToken.IsCancellationRequested) throw;
            return null;   // closed by the server; connecting anew shows whether it is available at all
        }
    }

    private void Return(SmtpClient client)
    {
        lock (_lock)
        {
            if (_disposed) client.Dispose();
            else _idle.Add(new(client, _time.GetTimestamp()));
        }
    }

    private Task CloseIdle(TimeSpan minIdle)
    {
        List<IdleConnection> old;
        lock (_lock)
        {
            old = _idle.FindAll(idle => _time.GetElapsedTime(idle.Since) >= minIdle);
            _idle.RemoveAll(old.Contains);
        }

        return Task.WhenAll(old.Select(idle => Close(idle.Client)));
    }

    private async Task Close(SmtpClient client)
    {
        using var timeout = new CancellationTokenSource(QuitTimeout, _time);

        // A server that receives no QUIT closes the connection by itself.
        using (client) await client.DisconnectAsync(quit: true, timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <param name="Client">An unused connection.</param>
    /// <param name="Since">The timestamp of its last use.</param>
    private sealed record IdleConnection(SmtpClient Client, long Since);
}
