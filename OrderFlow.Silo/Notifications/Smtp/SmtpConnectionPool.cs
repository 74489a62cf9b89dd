using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Connections to the mail server, kept and used again. Never more than the settings allow; who finds none free waits.</summary>
internal sealed class SmtpConnectionPool : IAsyncDisposable
{
    /// <summary>How long a connection is kept that nobody uses; well under the five minutes that servers keep it, RFC 5321 §4.5.3.2.7.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    /// <summary>How long after its last use a connection is taken to be alive without asking: under load nothing is asked, and after a pause no mail is lost on a dead one.</summary>
    public static readonly TimeSpan ProbeDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may take to answer a goodbye.</summary>
    private static readonly TimeSpan QuitLimit = TimeSpan.FromSeconds(2);

    private readonly SmtpConnector _connector;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private readonly Lock _lock = new();
    private readonly List<Idle> _idle = [];
    private readonly ITimer _sweep;
    private bool _disposed;

    public SmtpConnectionPool(IOptions<SmtpOptions> options, TimeProvider time)
    {
        _connector = new(options.Value);
        _time = time;
        _places = new(options.Value.MaxConnections, options.Value.MaxConnections);
        _sweep = time.CreateTimer(_ => _ = CloseIdle(IdleTimeout), state: null, IdleTimeout, IdleTimeout);
    }

    /// <summary>Runs the work on a connection. One whose work failed is not used again, but for a recipient that was refused, by the server or before it was asked: then it expects the next mail.</summary>
    public async Task Run(Func<SmtpClient, Task> work, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var client = await TakeIdle(cancellationToken) ?? await _connector.Connect(cancellationToken);
            try
            {
                await work(client);
            }
            catch (Exception error) when (client.IsConnected && (error is UndeliverableException or SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted }))
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
        await CloseIdle(TimeSpan.Zero);
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
            return null;   // the server has closed it: a new one will tell whether it is there at all
        }
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

    private Task CloseIdle(TimeSpan unusedFor)
    {
        List<Idle> old;
        lock (_lock)
        {
            old = _idle.FindAll(idle => _time.GetElapsedTime(idle.Since) >= unusedFor);
            _idle.RemoveAll(old.Contains);
        }

        return Task.WhenAll(old.Select(idle => Close(idle.Client)));
    }

    private async Task Close(SmtpClient client)
    {
        using var patience = new CancellationTokenSource(QuitLimit, _time);
        try
        {
            await client.DisconnectAsync(quit: true, patience.Token);
        }
        catch (Exception)
        {
            // A server that hears no goodbye closes the connection by itself.
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <param name="Client">A connection that nobody uses.</param>
    /// <param name="Since">The time stamp of its last use.</param>
    private sealed record Idle(SmtpClient Client, long Since);
}
