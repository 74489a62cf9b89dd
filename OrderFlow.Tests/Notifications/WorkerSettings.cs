using System.Globalization;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Silo.Notifications.Worker;
using Orleans.Configuration;

namespace OrderFlow.Tests.Notifications;

/// <summary>Invalid settings stop the host with a sentence that names the variable.</summary>
public sealed class WorkerSettings
{
    private const string Mail = "Notifications:Sender=smtp Smtp:Host=mail Smtp:From=orders@shop.example ";

    [Theory]
    [InlineData("Notifications:Sender=pigeon", "Notifications__Sender: 'pigeon' is not a sender; it must be log or smtp")]
    [InlineData("Notifications:DefaultLocale=fr", "Notifications__DefaultLocale: 'fr' has no templates; it must be one of de, en")]
    [InlineData("Notifications:Templates=/no/such/directory", "Notifications__Templates: /no/such/directory cannot be read: Could not find a part of the path '/no/such/directory'")]
    [InlineData("Shop:Currency=euro", "Shop__Currency: must be a code of ISO 4217, such as EUR")]
    [InlineData("Notifications:Worker:Concurrency=0", "Notifications__Worker__Concurrency: must be between 1 and 1024")]
    [InlineData("Notifications:Worker:Concurrency=many", "Failed to convert configuration value 'many' at 'Notifications__Worker__Concurrency' to type 'System.Int32'.")]
    [InlineData("Notifications:Worker:Lease=00:00:20.099",
        "Notifications__Worker__SendTimeout, Notifications__Worker__Lease: the send time-out must be at least 100 ms less than the lease, but they are 00:00:20 and 00:00:20.0990000")]
    [InlineData("Notifications:Worker:BaseDelay=00:06:00", "Notifications__Worker__BaseDelay, Notifications__Worker__MaxDelay: the base delay 00:06:00 must be at most the maximum delay 00:05:00")]
    [InlineData("Notifications:Worker:MinPollInterval=00:00:01", "Notifications__Worker__MinPollInterval, Notifications__Worker__MaxPollInterval: the minimum interval 00:00:01 must be at most the maximum interval 00:00:00.0500000")]
    [InlineData("Notifications:Sender=SMTP Smtp:From=orders@shop.example", "Smtp__Host is not set: Notifications__Sender is smtp, which needs the name of a mail server")]
    [InlineData("Notifications:Sender=smtp Smtp:Host=mail",
        "Smtp__From is not set: Notifications__Sender is smtp, which needs a sender address such as orders@shop.example")]
    [InlineData(Mail + "Smtp:From=nobody", "Smtp__From: 'nobody' is not a valid mail address")]
    [InlineData(Mail + "Smtp:Port=0", "Smtp__Port: must be between 1 and 65535")]
    [InlineData(Mail + "Smtp:Security=ssl", "Smtp__Security: 'ssl' is not valid; it must be one of none, starttls, tls, auto")]
    [InlineData(Mail + "Smtp:Username=shop", "Smtp__Username, Smtp__Password: both must be set, or neither")]
    [InlineData(Mail + "Smtp:Password=secret", "Smtp__Username, Smtp__Password: both must be set, or neither")]
    [InlineData(Mail + "Smtp:RecipientDomain=a@b", "Smtp__RecipientDomain: 'a@b' is not a valid domain")]
    [InlineData(Mail + "Smtp:CaFile=/no/such/file.pem", "Smtp__CaFile: /no/such/file.pem cannot be read: Could not find a part of the path '/no/such/file.pem'")]
    [InlineData(Mail + "Smtp:CaFile=/dev/null", "Smtp__CaFile: /dev/null contains no certificate")]
    public async Task Stop_the_host_when_they_are_invalid(string settings, string sentence)
    {
        await using var worker = new WorkerHost(new InMemoryQueue(), sender: null, time: null, Parsed(settings));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(worker.Start);
        Assert.Equal([sentence], error.Failures);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", typeof(LogSender))]
    [InlineData("Notifications:Sender=LOG Smtp:Port=0", typeof(LogSender))]
    [InlineData(Mail + "Notifications:Sender=Smtp Smtp:Security=TLS", typeof(SmtpSender))]
    public async Task Select_the_sender(string settings, Type sender)
    {
        await using var worker = await WorkerHost.Start(new InMemoryQueue(), sender: null, time: null, Parsed(settings));
        Assert.IsType(sender, worker.Sender);
    }

    [Theory]
    [InlineData("", 3, "00:00:01")]
    [InlineData(Mail, 12, "00:00:10")]
    [InlineData(Mail + "Notifications:Worker:MaxAttempts=5", 5, "00:00:10")]
    public async Task Default_to_more_attempts_for_mails(string settings, int maxAttempts, string baseDelay)
    {
        await using var worker = await WorkerHost.Start(new InMemoryQueue(), sender: null, time: null, Parsed(settings));
        Assert.Equal((maxAttempts, TimeSpan.Parse(baseDelay, CultureInfo.InvariantCulture)), (worker.Options.MaxAttempts, worker.Options.BaseDelay));
    }

    [Fact]
    public void Mail_defaults_span_more_than_an_hour_and_begin_within_seconds()
    {
        var options = new WorkerOptions();
        options.UseMailDefaults();

        var shortest = Enumerable.Range(1, options.MaxAttempts - 1).Select(attempt => options.Backoff.DelayAfter(attempt, random: 0)).ToList();

        Assert.Equal(TimeSpan.FromSeconds(8), shortest[0]);
        Assert.Equal(TimeSpan.FromSeconds(3_896), TimeSpan.FromTicks(shortest.Sum(delay => delay.Ticks)));
    }

    [Fact]
    public void Worker_names_begin_with_the_silo_name_and_are_unique()
    {
        var names = Enumerable.Range(0, 2).Select(_ => new WorkerName(Options.Create(new SiloOptions { SiloName = "silo-1" })).Value).ToArray();
        Assert.All(names, name => Assert.StartsWith("silo-1-", name, StringComparison.Ordinal));
        Assert.NotEqual(names[0], names[1]);
        Assert.StartsWith($"{Environment.MachineName}-", new WorkerName(Options.Create(new SiloOptions())).Value, StringComparison.Ordinal);
    }

    /// <summary>Parses settings; the last of several values wins.</summary>
    private static (string Name, string Value)[] Parsed(string settings) =>
        [.. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')).GroupBy(parts => parts[0], parts => parts[1]).Select(group => (group.Key, group.Last()))];
}
