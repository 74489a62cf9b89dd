using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

public sealed class SmtpConnectionPooling
{
    [Fact]
    public async Task Are_used_again()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        foreach (var job in TestJobs.Jobs(20)) await sender.Send(job);

        Assert.Equal((20, 1), (server.Mails.Length, server.Opened));
        Assert.DoesNotContain("NOOP", server.Commands);
    }

    [Fact]
    public async Task Are_asked_for_a_sign_of_life_after_a_pause()
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
    public async Task Are_made_anew_where_the_server_was_restarted_between_two_mails()
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
    public async Task Are_thrown_away_after_a_failure_and_the_next_mail_arrives()
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
    public async Task Are_never_more_than_the_settings_say()
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
        await WorkerHost.Until("three mails on their way", () => Volatile.Read(ref accepting) == 3);
        Assert.Equal((3, 0), (server.Opened, server.Mails.Length));
        gate.SetResult();
        await Task.WhenAll(sends);

        Assert.Equal((12, 3), (server.Mails.Length, server.Opened));
    }

    [Fact]
    public async Task Are_waited_for_in_the_queue_where_no_time_runs()
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

        await WorkerHost.Until("three mails on their way", () => Volatile.Read(ref accepting) == 3);
        Assert.Equal((3, 9), (jobs.Active, jobs.Waiting));
        gate.SetResult();
        await WorkerHost.Until("all mails", () => worker.Counted("sent") == 12);

        Assert.Equal((12, 3), (server.Mails.Length, server.Opened));
        Assert.All(jobs.Calls("Claim"), claim => Assert.InRange(claim.Count, 1, 3));
    }

    [Fact]
    public async Task Are_closed_when_nobody_uses_them()
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
    public async Task Are_closed_at_the_end()
    {
        await using var server = await MailServer.Start();
        var sender = new MailSender(server);
        await sender.Send(TestJobs.Job());

        await sender.DisposeAsync();

        await WorkerHost.Until("the connection to be closed", () => server.Open == 0);
        Assert.Equal("QUIT", server.Commands[^1]);
    }

    [Fact]
    public async Task Do_not_outlive_a_send_that_is_cut_off()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.MaxConnections = 1);
        var gate = new TaskCompletionSource();
        using var patience = new CancellationTokenSource();
        server.BeforeAccepting = async () =>
        {
            await patience.CancelAsync();
            await gate.Task;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.Send(TestJobs.Job(1), patience.Token));
        server.BeforeAccepting = () => Task.CompletedTask;
        await sender.Send(TestJobs.Job(2));

        Assert.Equal(2, server.Opened);
        gate.SetResult();
    }
}
