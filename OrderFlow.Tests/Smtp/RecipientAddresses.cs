using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Notifications;
using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

/// <summary>Every address that a command can carry is sent to: whether the mailbox exists is left to the mail server.</summary>
public sealed class RecipientAddresses
{
    [Theory]
    [InlineData("alice.o'hara+shop@mail.example", "alice.o'hara+shop@mail.example")]
    [InlineData("anna@müller.example", "anna@xn--mller-kva.example")]
    [InlineData("anna@MÜLLER.Example", "anna@xn--mller-kva.example")]
    [InlineData("anna@例え。jp", "anna@xn--r8jz45g.jp")]
    [InlineData("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    [InlineData("a.@docomo.ne.jp", "\"a.\"@docomo.ne.jp")]
    [InlineData("\"a..b\"@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    [InlineData("alice smith", "\"alice smith\"@users.example")]
    [InlineData("a@b@users.example", "\"a@b\"@users.example")]
    [InlineData("alice@users.example, bob@users.example", "\"alice@users.example, bob\"@users.example")]
    [InlineData("a> NOTIFY=NEVER <b@users.example", "\"a> NOTIFY=NEVER <b\"@users.example")]
    [InlineData("say \"hi\" \\o/@users.example", "\"say \\\"hi\\\" \\\\o/\"@users.example")]
    [InlineData("alice@-users_.example", "alice@-users_.example")]
    [InlineData("alice@[192.0.2.1]", "alice@[192.0.2.1]")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@users.example")]
    public async Task Reach_the_mail_server_as_one_recipient(string userId, string address)
    {
        foreach (var extensions in new string[][] { [], ["8BITMIME", "SMTPUTF8"] })
        {
            await using var server = new ScriptedMailServer(extensions);
            await using var sender = new MailSender(server.Port);

            await sender.Send(TestJobs.Job(userId: userId));

            Assert.Equal(["MAIL FROM:<orders@shop.example>"], server.Senders);
            Assert.Equal([$"RCPT TO:<{address}>"], server.Recipients);
        }
    }

    [Theory]
    [InlineData("jürgen@users.example", "jürgen@users.example")]
    [InlineData("jürgen.ö@müller.example", "jürgen.ö@xn--mller-kva.example")]
    [InlineData("\u212Aarl", "\u212Aarl@users.example")]
    public async Task Need_a_server_with_SMTPUTF8_where_they_are_not_ASCII(string userId, string address)
    {
        await using var modern = new ScriptedMailServer("8BITMIME", "SMTPUTF8");
        await using (var sender = new MailSender(modern.Port)) await sender.Send(TestJobs.Job(userId: userId));
        Assert.Equal(["MAIL FROM:<orders@shop.example> SMTPUTF8"], modern.Senders);
        Assert.Equal([$"RCPT TO:<{address}>"], modern.Recipients);

        await using var old = new ScriptedMailServer("8BITMIME");
        await using var refused = new MailSender(old.Port);
        var error = await Assert.ThrowsAsync<UndeliverableException>(() => refused.Send(TestJobs.Job(userId: userId)));
        Assert.Equal($"the mail server does not support non-ASCII addresses (SMTPUTF8): '{address}'", error.Message);
        Assert.Empty(old.Recipients);
    }

    [Theory]
    [InlineData("alice@users.example\r\nBcc: all@users.example")]
    [InlineData("alice@users.example\n")]
    [InlineData("alice\0@users.example")]
    [InlineData("alice\u0085@users.example")]
    [InlineData("<alice@users.example>")]
    [InlineData("alice@users.example> NOTIFY=NEVER")]
    [InlineData("alice@müller>.example")]
    [InlineData("alice@users..example")]
    [InlineData("alice@müller..example")]
    [InlineData("alice@")]
    [InlineData("@users.example")]
    [InlineData("")]
    public void Are_rejected_where_no_command_can_carry_them(string userId) =>
        Assert.Equal(
            $"user id '{userId}' is not a valid mail address",
            Assert.Throws<UndeliverableException>(() => SmtpAddress.ForUser(userId, "users.example")).Message);

    [Fact]
    public void Are_rejected_where_their_domain_is_not_in_NFC() =>
        Assert.Equal(
            "user id 'anna@mu\u0308ller.example' is not a valid mail address: its domain is not in Unicode normalization form C (NFC)",
            Assert.Throws<UndeliverableException>(() => SmtpAddress.ForUser("anna@mu\u0308ller.example", "users.example")).Message);

    [Theory]
    [InlineData(254, true)]
    [InlineData(255, false)]
    public void Have_at_most_254_octets(int octets, bool isAddress)
    {
        var ascii = new string('a', octets - "@users.example".Length);
        var wide = $"{new string('a', octets - "éé@users.example".Length - 2)}éé";

        Assert.Equal(isAddress, EmailAddress.Normalize($"{ascii}@users.example") is not null);
        Assert.Equal(isAddress, EmailAddress.Normalize($"{wide}@users.example") is not null);
    }

    [Theory]
    [InlineData("451 4.7.1 greylisted", "250 ok", false)]
    [InlineData("450 4.2.1 busy", "250 ok", false)]
    [InlineData("550 5.1.1 no such user", "250 ok", true)]
    [InlineData("250 ok", "451 4.3.0 try later", false)]
    [InlineData("250 ok", "554 5.6.0 not wanted", true)]
    public async Task Are_undeliverable_only_after_a_permanent_error(string recipientReply, string mailReply, bool isPermanent)
    {
        await using var server = new ScriptedMailServer { RecipientReply = recipientReply, MailReply = mailReply };
        await using var sender = new MailSender(server.Port);

        var error = await Record.ExceptionAsync(() => sender.Send(TestJobs.Job()));

        Assert.NotNull(error);
        Assert.Equal(isPermanent, error is UndeliverableException);
    }
}
