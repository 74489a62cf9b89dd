using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using OrderFlow.Tests.Fixtures;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.Mail;
using SmtpServer.Net;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using ServiceProvider = SmtpServer.ComponentModel.ServiceProvider;

namespace OrderFlow.Tests.Smtp;

/// <summary>A mail server on loopback that keeps its mails. It can be restarted on the same port.</summary>
internal sealed class MailServer : IMailboxFilter, IMessageStore, IUserAuthenticator, IAsyncDisposable
{
    public const string Password = "s3cret";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<MimeMessage> _mails = [];
    private readonly ConcurrentQueue<string> _commands = [];
    private readonly X509Certificate2? _certificate;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _opened;
    private int _open;

    private MailServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
    }

    public int Port { get; private set; }

    public MimeMessage[] Mails => [.. _mails];

    /// <summary>The commands of all connections, such as <c>NOOP</c>.</summary>
    public string[] Commands => [.. _commands];

    /// <summary>The number of connections opened so far.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>The number of open connections.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The reply to RCPT TO; null to accept the recipient.</summary>
    public SmtpResponse? RecipientReply { get; set; }

    /// <summary>The reply to MAIL FROM; null to accept the sender.</summary>
    public SmtpResponse? SenderReply { get; set; }

    /// <summary>Awaited before a mail is accepted.</summary>
    public Func<Task> BeforeAccepting { get; set; } = () => Task.CompletedTask;

    /// <param name="certificate">With one it offers STARTTLS and accepts mails only from the user shop.</param>
    public static async Task<MailServer> Start(X509Certificate2? certificate = null)
    {
        var server = new MailServer(certificate);
        await server.Listen();
        return server;
    }

    public async Task Restart()
    {
        await Stop();
        await Listen();
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Timeout);
        await Eventually.Get("connections to end", () => Task.FromResult(Open), open => open == 0);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken token) =>
        Task.FromResult(user == "shop" && password == Password);

    public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) =>
        SenderReply is { } reply ? throw new SmtpResponseException(reply) : Task.FromResult(true);

    public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
        RecipientReply is { } reply ? throw new SmtpResponseException(reply) : Task.FromResult(true);

    public async Task<SmtpResponse> SaveAsync(
        ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        await BeforeAccepting();
        using var stream = new MemoryStream(buffer.ToArray());
        _mails.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
        return SmtpResponse.Ok;
    }

    private async Task Listen()
    {
        _stop = new();
        var started = new TaskCompletionSource<int>();
        var listeners = new EndpointListenerFactory();
        listeners.EndpointStarted += (_, endpoint) => started.TrySetResult(((IPEndPoint)endpoint.LocalEndPoint).Port);

        var services = new ServiceProvider();
        services.Add((IEndpointListenerFactory)listeners);
        services.Add((IMailboxFilter)this);
        services.Add((IMessageStore)this);
        services.Add((IUserAuthenticator)this);

        var server = new SmtpServer.SmtpServer(
            new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
            {
                endpoint.Endpoint(new(IPAddress.Loopback, Port));
                if (_certificate is not null) endpoint.Certificate(_certificate).AuthenticationRequired();
            }).Build(),
            services);
        server.SessionCreated += (_, session) =>
        {
            Interlocked.Increment(ref _opened);
            Interlocked.Increment(ref _open);
            session.Context.CommandExecuted += (_, command) => _commands.Enqueue(command.Command.Name);
        };
        server.SessionCompleted += (_, _) => Interlocked.Decrement(ref _open);
        server.SessionFaulted += (_, _) => Interlocked.Decrement(ref _open);
        server.SessionCancelled += (_, _) => Interlocked.Decrement(ref _open);

        _running = server.StartAsync(_stop.Token);
        Port = await started.Task.WaitAsync(Timeout);
    }
}
