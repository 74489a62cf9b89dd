using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using OrderFlow.Chaos.Ledger;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Net;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace OrderFlow.Chaos.External;

/// <summary>A mail server that notes each accepted mail, and while it is to defer mails each deferral: the uptime, <c>accepted</c> or <c>deferred</c>, the recipient, the Message-ID.</summary>
internal sealed class MailServer : IMailboxFilter, IMessageStore, IAsyncDisposable
{
    private const string MessageId = "Message-Id:";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly StreamWriter _log;
    private readonly Func<bool> _isDeferring;
    private Task _running = Task.CompletedTask;

    private MailServer(string file, Func<bool> isDeferring) => (_log, _isDeferring) = (new(file) { AutoFlush = true }, isDeferring);

    public int Port { get; private set; }

    public static async Task<MailServer> Start(string file, Func<bool> isDeferring)
    {
        var server = new MailServer(file, isDeferring);
        var started = new TaskCompletionSource<int>();
        var listeners = new EndpointListenerFactory();
        listeners.EndpointStarted += (_, endpoint) => started.TrySetResult(((IPEndPoint)endpoint.LocalEndPoint).Port);
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IEndpointListenerFactory)listeners);
        services.Add((IMailboxFilter)server);
        services.Add((IMessageStore)server);
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint => endpoint.Endpoint(new(IPAddress.Loopback, 0))).Build();
        server._running = new SmtpServer.SmtpServer(options, services).StartAsync(server._stop.Token);
        server.Port = await started.Task;
        return server;
    }

    public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
    {
        if (!_isDeferring()) return Task.FromResult(true);

        Note("deferred", to, "");
        throw new SmtpResponseException(new SmtpResponse((SmtpReplyCode)451, "4.7.1 Greylisted, try again later"));
    }

    public Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        var header = Encoding.UTF8.GetString(buffer).Split("\r\n").First(line => line.StartsWith(MessageId, StringComparison.OrdinalIgnoreCase));
        foreach (var recipient in transaction.To) Note("accepted", recipient, header[MessageId.Length..].Trim());
        return Task.FromResult(SmtpResponse.Ok);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    private void Note(string what, IMailbox recipient, string messageId)
    {
        lock (_lock) _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Uptime.Now}\t{what}\t{recipient.User}@{recipient.Host}\t{messageId}"));
    }
}
