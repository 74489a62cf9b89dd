using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>A mail server that takes nothing for a while, as greylisting, a full disk or a restart makes it.</summary>
public sealed class MailServerOutages
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly SteppedClock _clock = new();
    private readonly InMemoryQueue _jobs = new();

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Makes_no_dead_letters(int minutes)
    {
        await using var server = new ScriptedMailServer { RecipientReply = "451 4.7.1 come back later" };
        _jobs.Add(TestJobs.Jobs(3));
        await using var worker = await WorkerHost.Start(
            _jobs, sender: null, _clock, ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "orders@shop.example"), ("Smtp:RecipientDomain", "users.example"), ("Notifications:Worker:MaxPollInterval", $"{LongestPause}"));

        await GoOnUntil($"{minutes} minutes", () => _clock.GetUtcNow() >= TestJobs.Now.AddMinutes(minutes));
        Assert.Equal((0, 0), (_jobs.Calls("GiveUp").Length, _jobs.Calls("Finish").Length));
        server.RecipientReply = "250 ok";
        await GoOnUntil("the mails", () => _jobs.Calls("Finish").Length == 3);

        Assert.Empty(_jobs.Calls("GiveUp"));
    }

    private Task GoOnUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => _jobs.Active == 0, LongestPause);
}
