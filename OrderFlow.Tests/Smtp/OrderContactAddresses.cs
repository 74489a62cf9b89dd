using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Notifications;
using OrderFlow.Silo.Notifications;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>Mails go to the address that the order names.</summary>
public sealed class OrderContactAddresses
{
    [Theory]
    [InlineData("anna@müller.example", "anna@xn--mller-kva.example")]
    [InlineData("anna@straße.example", "anna@xn--strae-oqa.example")]
    [InlineData("anna@STRAẞE.example", "anna@xn--strae-oqa.example")]
    [InlineData("anna@βόλος.example", "anna@xn--nxasmm1c.example")]
    [InlineData("anna@نامه\u200Cای.example", "anna@xn--mgba3gch31f060k.example")]
    [InlineData("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    public async Task Reach_the_mail_server_by_IDNA_2008(string email, string address)
    {
        await using var server = new ScriptedMailServer();
        await using var sender = new MailSender(server.Port);

        await sender.Send(TestJobs.Job() with { Email = email });

        Assert.Equal([$"RCPT TO:<{address}>"], server.Recipients);
        Assert.DoesNotContain(sender.Log.All, line => line.Contains('@', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Are_where_the_mail_arrives()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.RecipientDomain = "");

        await sender.Send(TestJobs.Job(userId: "not an address") with { Email = "anna@müller.example" });

        Assert.Equal("anna@xn--mller-kva.example", Assert.Single(server.Mails).To.ToString());
    }

    [Fact]
    public async Task That_no_command_can_carry_are_not_shown_in_the_reason()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        var error = await Assert.ThrowsAsync<UndeliverableException>(() => sender.Send(TestJobs.Job() with { Email = "anna@mail..example" }));

        Assert.Equal("contact.email of the order is not a valid mail address", error.Message);
    }

    /// <summary>Servers repeat the recipient in their replies, each in its own way.</summary>
    [Theory]
    [InlineData("550 5.1.1 <anna.berg@müller.example>: no such user", "550 5.1.1 <[contact]>: no such user")]
    [InlineData("550 5.1.1 Anna.Berg@xn--mller-kva.example unknown", "550 5.1.1 [contact] unknown")]
    [InlineData("550 5.1.1 unknown user \"anna.berg\" in relay", "550 5.1.1 unknown user \"[contact]\" in relay")]
    [InlineData("451 4.7.1 greylisted for anna.berg+x@[192.0.2.1]", "451 4.7.1 greylisted for [contact]")]
    public async Task Are_in_no_log_line_and_no_reason(string reply, string shown)
    {
        await using var server = new ScriptedMailServer("SMTPUTF8") { RecipientReply = reply };
        var jobs = new InMemoryQueue();
        jobs.Add([TestJobs.Job() with { Email = "anna.berg@müller.example" }]);
        await using var worker = await WorkerHost.Start(
            jobs, sender: null, time: null, ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "orders@shop.example"), ("Notifications:Worker:MaxAttempts", "1"));

        await WorkerHost.Until("the dead letter", () => worker.Log.All.Any(line => line.Contains("dead-lettered", StringComparison.Ordinal)));

        Assert.Equal(["RCPT TO:<anna.berg@xn--mller-kva.example>"], server.Recipients);
        Assert.All([.. worker.Log.All, Assert.Single(jobs.Calls("DeadLetter")).Reason!], line => Assert.DoesNotContain("anna", line, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(shown[4..], jobs.Calls("DeadLetter").Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_not_in_the_reason_of_a_pause()
    {
        await using var server = new ScriptedMailServer { RecipientReply = "530 5.7.0 <anna.berg@mail.example>: authentication required" };
        var jobs = new InMemoryQueue();
        jobs.Add([TestJobs.Job() with { Email = "anna.berg@mail.example" }]);
        await using var worker = await WorkerHost.Start(
            jobs, sender: null, time: null, ("Notifications:Sender", "smtp"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "orders@shop.example"));

        await WorkerHost.Until("the pause", () => worker.Log.All.Any(line => line.Contains("No notification can be sent", StringComparison.Ordinal)));

        Assert.All(worker.Log.All, line => Assert.DoesNotContain("anna", line, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("the mail server wants a login (Smtp__Username): 5.7.0 <[contact]>: authentication required", (await worker.Health("sender")).Description);
    }

    [Fact]
    public void Of_other_jobs_leave_reasons_as_they_are() => Assert.Equal("550 <alice@users.example> unknown", TestJobs.Job().Redact("550 <alice@users.example> unknown"));

    [Theory]
    [InlineData("anna@mail.example", null)]
    [InlineData("a..b.@docomo.ne.jp", null)]
    [InlineData("\"anna berg\"@mail.example", null)]
    [InlineData("\"a\\\"b\"@mail.example", null)]
    [InlineData("anna@[192.0.2.1]", null)]
    [InlineData("anna@[IPv6:2001:db8::1]", null)]
    [InlineData("anna@localhost", null)]
    [InlineData("o'hara+{x}!#$%&*/=?^_`|~@mail.example", null)]
    [InlineData("jürgen@müller.example", null)]
    [InlineData("anna berg@mail.example", "must be one mail address")]
    [InlineData("anna@mail.example, bob@mail.example", "must be one mail address")]
    [InlineData("Anna <anna@mail.example>", "must be one mail address")]
    [InlineData("a@b@mail.example", "must be one mail address")]
    [InlineData("\"a\"b\"@mail.example", "must be one mail address")]
    [InlineData("\"anna\\\"@mail.example", "must be one mail address")]
    [InlineData("anna", "must be one mail address")]
    [InlineData("@mail.example", "must be one mail address")]
    [InlineData("anna@", "must be one mail address")]
    [InlineData("anna@mail..example", "must be one mail address")]
    [InlineData("anna@mail.example\r\nBcc: all@mail.example", "must be one mail address")]
    [InlineData(" anna@mail.example", "must be one mail address")]
    [InlineData("anna@mail.example ", "must be one mail address")]
    [InlineData("", "must be one mail address")]
    [InlineData("\uD800@mail.example", "must be one mail address")]
    [InlineData("anna@mu\u0308ller.example", "must have its domain in Unicode normalization form C (NFC)")]
    public void Are_valid_if_a_server_may_accept_them(string text, string? error)
    {
        if (error is null) Assert.Null(EmailAddress.Validate(text));
        else Assert.StartsWith(error, EmailAddress.Validate(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anna@müller.example", "ANNA@xn--mller-kva.Example", true)]
    [InlineData("anna@mail.example", "bob@mail.example", false)]
    [InlineData("anna@straße.example", "anna@strasse.example", false)]
    [InlineData("not an address", "not an address", false)]
    public void Are_compared_without_case_and_by_their_A_labels(string one, string other, bool same) => Assert.Equal(same, EmailAddress.AreSame(one, other));
}
