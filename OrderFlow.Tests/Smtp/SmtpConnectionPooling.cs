using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

public sealed class SmtpConnectionPooling
{
    [Fact]
    public async Task Reuses_connections()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        foreach (var job in TestJobs.Jobs(20)) await sender.Send(job);

        Assert.Equal((20, 1), (server.Mails.Length, server.Opened));
        Assert.DoesNotContain("NOOP", server.Commands);
    }

    [Fact]
    public async Task Probes_a_connection_after_a_pause()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        await sender.Send(TestJobs.Job());

        sender.Clock.Advance(SmtpConnectionPool.ProbeDelay);
        await sender.Send(TestJobs.Job());

        Assert.Equal((2, 1), (server.Mails.Length, server.Opened));
        Assert.Single(server.Commands, command => command == "NOOP");
    }

    [Fact]
    public async Task Reconnects_after_the_server_restarted_between_two_mails()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        await sender.Send(TestJobs.Job(1));

        await server.Restart();
        sender.Clock.Advance(SmtpConnectionPool.ProbeDelay);
        await sender.Send(TestJobs.Job(2));

        Assert.Equal(["1-2@shop.example", "2-2@shop.example"], server.Mails.Select(mail => mail.MessageId));
        Assert.Equal(2, server.Opened);
    }

    [Fact]
    public async Task Closes_a_connection_after_a_failure_and_sends_the_next_mail()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        await sender.Send(TestJobs.Job(1));

        await server.Restart();
        await Assert.ThrowsAnyAsync<Exception>(() => sender.Send(TestJobs.Job(2)));
        await sender.Send(TestJobs.Job(3));

        Assert.Equal(["1-2@shop.example", "3-2@shop.example"], server.Mails.Select(mail => mail.MessageId));
    }

    [Fact]
    public async Task Opens_no_more_connections_than_configured()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.MaxConnections = 3);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var accepting = 0;
        server.BeforeAccepting = () =>
        {
            Interlocked.Increment(ref accepting);
            return gate.Task;
        };

        var sends = TestJobs.Jobs(12).Select(sender.Send).ToArray();
        await WorkerHost.Until("three mails in progress", () => Volatile.Read(ref accepting) == 3);
        Assert.Equal((3, 0), (server.Opened, server.Mails.Length));
        gate.SetResult();
        await Task.WhenAll(sends);

        Assert.Equal((12, 3), (server.Mails.Length, server.Opened));
    }

    [Fact]
    public async Task Leaves_jobs_unclaimed_while_all_connections_are_busy()
    {
        await using var server = await MailServer.Start();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var accepting = 0;
        server.BeforeAccepting = () =>
        {
            Interlocked.Increment(ref accepting);
            return gate.Task;
        };
        var jobs = new InMemoryQueue();
        jobs.Add(TestJobs.Jobs(12));
        await using var worker = await WorkerHost.Start(
            jobs, sender: null, time: null, ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "orders@shop.example"), ("Smtp:RecipientDomain", "users.example"), ("Smtp:MaxConnections", "3"));

        await WorkerHost.Until("three mails in progress", () => Volatile.Read(ref accepting) == 3);
        Assert.Equal((3, 9), (jobs.Active, jobs.Waiting));
        gate.SetResult();
        await WorkerHost.Until("all mails", () => worker.Counted("sent") == 12);

        Assert.Equal((12, 3), (server.Mails.Length, server.Opened));
        Assert.All(jobs.Calls("Claim"), claim => Assert.InRange(claim.Count, 1, 3));
    }

    [Fact]
    public async Task Closes_idle_connections()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        await sender.Send(TestJobs.Job());
        Assert.Equal(1, server.Open);

        sender.Clock.Advance(SmtpConnectionPool.IdleTimeout);
        await WorkerHost.Until("the connection to be closed", () => server.Open == 0);
        Assert.Equal("QUIT", server.Commands[^1]);
    }

    [Fact]
    public async Task Closes_connections_on_disposal()
    {
        await using var server = await MailServer.Start();
        var sender = new MailSender(server);
        await sender.Send(TestJobs.Job());

        await sender.DisposeAsync();

        await WorkerHost.Until("the connection to be closed", () => server.Open == 0);
        Assert.Equal("QUIT", server.Commands[^1]);
    }

    [Fact]
    public async Task Closes_the_connection_of_a_cancelled_send()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.MaxConnections = 1);
        var gate = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        server.BeforeAccepting = async () =>
        {
            await cancellation.CancelAsync();
            await gate.Task;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.Send(TestJobs.Job(1), cancellation.Token));
        server.BeforeAccepting = () => Task.CompletedTask;
        await sender.Send(TestJobs.Job(2));

        Assert.Equal(2, server.Opened);
        gate.SetResult();
    }
}
