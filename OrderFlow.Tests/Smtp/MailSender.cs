using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>The sender under test, on a clock that stands still.</summary>
internal sealed class MailSender : IAsyncDisposable
{
    private readonly SmtpConnectionPool _pool;
    private readonly SmtpSender _sender;

    public MailSender(MailServer server, Action<SmtpOptions>? configure = null)
        : this(server.Port, configure)
    {
    }

    public MailSender(int port, Action<SmtpOptions>? configure = null)
    {
        var options = new SmtpOptions { Host = "127.0.0.1", Port = port, Security = "none", From = "The shop <orders@shop.example>", RecipientDomain = "users.example" };
        configure?.Invoke(options);
        _pool = new(Options.Create(options), Clock);
        _sender = new(TestTexts.Renderer(currency: "EUR"), _pool, Options.Create(options), Clock, new Logger<SmtpSender>(LoggerFactory.Create(logging => logging.AddProvider(Log))));
    }

    public FakeTimeProvider Clock { get; } = new(TestJobs.Now);

    public LogLines Log { get; } = new();

    public Task Send(NotificationJob job) => _sender.Send(job, CancellationToken.None);

    public Task Send(NotificationJob job, CancellationToken cancellationToken) => _sender.Send(job, cancellationToken);

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}
