using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>A mail server that rejects everything for a while, as with greylisting, a full disk or a restart.</summary>
public sealed class MailServerOutages
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly SteppedClock _clock = new();
    private readonly InMemoryQueue _jobs = new();

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Cause_no_dead_letters(int minutes)
    {
        await using var server = new ScriptedMailServer { RecipientReply = "451 4.7.1 come back later" };
        _jobs.Add(TestJobs.Jobs(3));
        await using var worker = await WorkerHost.Start(
            _jobs, sender: null, _clock, ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "orders@shop.example"), ("Smtp:RecipientDomain", "users.example"), ("Notifications:Worker:MaxPollInterval", $"{MaxPause}"));

        await AdvanceUntil($"{minutes} minutes", () => _clock.GetUtcNow() >= TestJobs.Now.AddMinutes(minutes));
        Assert.Equal((0, 0), (_jobs.Calls("DeadLetter").Length, _jobs.Calls("Complete").Length));
        server.RecipientReply = "250 ok";
        await AdvanceUntil("the mails", () => _jobs.Calls("Complete").Length == 3);

        Assert.Empty(_jobs.Calls("DeadLetter"));
    }

    private Task AdvanceUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => _jobs.Active == 0, MaxPause);
}
