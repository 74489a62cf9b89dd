using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>A mail server that rejects everything for a while, as with greylisting, a full disk or a wrong password.</summary>
public sealed class MailServerOutages
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly SteppedClock _clock = new();
    private readonly InMemoryQueue _jobs = new();

    [Theory]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(3_600)]
    public async Task Cause_no_dead_letters(int seconds)
    {
        await using var server = new ScriptedMailServer { RecipientReply = "451 4.7.1 come back later" };
        await using var worker = await Start(server);

        await AdvanceUntil($"{seconds} seconds", () => _clock.GetUtcNow() >= TestJobs.Now.AddSeconds(seconds));
        Assert.Equal((0, 0), (_jobs.Calls("DeadLetter").Length, _jobs.Calls("Complete").Length));
        server.RecipientReply = "250 ok";
        await AdvanceUntil("the mails", () => _jobs.Calls("Complete").Length == 3);

        Assert.Empty(_jobs.Calls("DeadLetter"));
        Assert.Equal(3, server.Accepted);
    }

    [Theory]
    [InlineData("greeting", "554 5.3.2 no service", "the mail server cannot be used: 554 5.3.2 no service")]
    [InlineData("auth", "535 5.7.8 wrong password", "the mail server cannot be used: 535: 5.7.8 wrong password")]
    [InlineData("sender", "530 5.7.0 who are you", "the mail server wants a login (Smtp__Username): 5.7.0 who are you")]
    [InlineData("recipient", "530 5.7.0 who are you", "the mail server wants a login (Smtp__Username): 5.7.0 who are you")]
    [InlineData("sender", "550 5.7.1 not you", "the mail server rejected the sender: 550 5.7.1 not you")]
    public async Task That_concern_every_mail_pause_the_worker_and_use_up_no_attempt(string part, string reply, string reason)
    {
        await using var server = new ScriptedMailServer("AUTH PLAIN");
        Answer(server, part, reply);
        await using var worker = await Start(server, ("Smtp:Username", "shop"), ("Smtp:Password", "secret"));

        await AdvanceUntil("an hour", () => _clock.GetUtcNow() >= TestJobs.Now.AddHours(1), TimeSpan.FromMinutes(5));
        Assert.Empty(_jobs.Calls("DeadLetter", "Retry", "Complete"));
        Assert.InRange(_jobs.Calls("Release").Length, 15, 25);   // 3 at once, then one after 5, 10, 20, … s, up to 5 minutes
        Assert.Equal((HealthStatus.Degraded, reason), await worker.Health("sender"));

        Answer(server, part, part == "greeting" ? "220 scripted" : part == "auth" ? "235 welcome" : "250 ok");
        await AdvanceUntil("the mails", () => _jobs.Calls("Complete").Length == 3, TimeSpan.FromMinutes(5));

        Assert.Equal([1, 1, 1], _jobs.Calls("Complete").Select(call => call.Jobs!.Single().Attempt));
        Assert.Equal(3, server.Accepted);
        Assert.Equal((HealthStatus.Healthy, null), await worker.Health("sender"));
        Assert.Equal(
            [$"Error: No notification can be sent; the next attempt is in 00:00:05, and no job loses one meanwhile: {reason}", "Information: Notifications are no longer refused as a whole"],
            worker.Log.All.Where(line => line.StartsWith("Error", StringComparison.Ordinal) || line.Contains("refused", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("greeting", "421 4.3.2 busy", "Retry")]
    [InlineData("auth", "454 4.7.0 busy", "Retry")]
    [InlineData("sender", "451 4.7.1 busy", "Retry")]
    [InlineData("sender", "552 5.3.4 too large", "DeadLetter")]
    [InlineData("sender", "555 5.5.4 no SMTPUTF8", "DeadLetter")]
    [InlineData("recipient", "550 5.1.1 no such user", "DeadLetter")]
    [InlineData("recipient", "503 5.5.1 what", "DeadLetter")]
    [InlineData("mail", "554 5.6.0 spam", "DeadLetter")]
    public async Task That_concern_one_mail_or_pass_do_not_pause_it(string part, string reply, string move)
    {
        await using var server = new ScriptedMailServer("AUTH PLAIN");
        Answer(server, part, reply);
        await using var worker = await Start(server, ("Smtp:Username", "shop"), ("Smtp:Password", "secret"));

        await AdvanceUntil("the moves", () => _jobs.Calls(move).Length >= 3);
        Assert.Equal([1, 1, 1], _jobs.Calls(move).Take(3).Select(call => call.Jobs!.Single().Attempt));
        Assert.Equal((HealthStatus.Healthy, null), await worker.Health("sender"));
    }

    [Fact]
    public async Task That_concern_a_mail_with_a_non_ASCII_address_do_not_pause_the_others()
    {
        await using var server = new ScriptedMailServer("SMTPUTF8", "AUTH PLAIN") { SenderReply = "550 5.6.7 no such parameter" };
        _jobs.Add(TestJobs.Job(userId: "ännä@users.example"));
        await using var worker = await WorkerHost.Start(_jobs, sender: null, _clock, Settings(server));

        await AdvanceUntil("the first attempt to fail", () => _jobs.Calls("Retry").Length == 1);
        Assert.Equal((HealthStatus.Healthy, null), await worker.Health("sender"));
    }

    private static void Answer(ScriptedMailServer server, string part, string reply)
    {
        switch (part)
        {
            case "greeting": server.Greeting = reply; break;
            case "auth": server.AuthReply = reply; break;
            case "sender": server.SenderReply = reply; break;
            case "recipient": server.RecipientReply = reply; break;
            default: server.MailReply = reply; break;
        }
    }

    private Task<WorkerHost> Start(ScriptedMailServer server, params (string Name, string Value)[] settings)
    {
        _jobs.Add(TestJobs.Jobs(3));
        return WorkerHost.Start(_jobs, sender: null, _clock, Settings(server, settings));
    }

    private static (string Name, string Value)[] Settings(ScriptedMailServer server, params (string Name, string Value)[] settings) => [
        ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
        ("Smtp:From", "orders@shop.example"), ("Smtp:RecipientDomain", "users.example"), ("Notifications:Worker:MaxPollInterval", $"{MaxPause}"), .. settings];

    private Task AdvanceUntil(string awaited, Func<bool> condition, TimeSpan? maxPause = null) =>
        _clock.AdvanceUntil(awaited, condition, () => _jobs.Active == 0, maxPause ?? MaxPause);
}
