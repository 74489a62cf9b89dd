using MailKit.Net.Smtp;
using OrderFlow.Notifications;
using OrderFlow.Tests.Notifications;
using SmtpServer.Protocol;

namespace OrderFlow.Tests.Smtp;

public sealed class RejectedRecipients
{
    [Theory]
    [InlineData("alice@users.example\r\nBcc: all@users.example")]
    [InlineData("<alice@users.example>")]
    [InlineData("alice@")]
    [InlineData("")]
    public async Task Are_undeliverable_when_the_user_id_cannot_be_an_address(string userId)
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        var error = await Assert.ThrowsAsync<UndeliverableException>(() => sender.Send(TestJobs.Job(userId: userId)));

        Assert.Equal($"user id '{userId}' is not a valid mail address", error.Message);
        Assert.Equal(0, server.Opened);
    }

    [Fact]
    public async Task Are_undeliverable_when_the_user_id_has_no_domain()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.RecipientDomain = "");

        var error = await Assert.ThrowsAsync<UndeliverableException>(() => sender.Send(TestJobs.Job()));

        Assert.Equal("user id 'alice' is not a valid mail address, the order has no contact.email, and Smtp__RecipientDomain is not set", error.Message);
    }

    [Fact]
    public async Task Are_undeliverable_when_the_server_rejects_them_and_the_connection_stays_open()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        server.RecipientReply = new(SmtpReplyCode.MailboxUnavailable, "no such user");

        var error = await Assert.ThrowsAsync<UndeliverableException>(() => sender.Send(TestJobs.Job()));
        Assert.Equal("the mail server rejected the recipient: 550 no such user, 4 retry(ies) remaining.", error.Message);
        Assert.Empty(server.Mails);

        server.RecipientReply = null;
        await sender.Send(TestJobs.Job());
        Assert.Equal((1, 1), (server.Mails.Length, server.Opened));
    }

    [Fact]
    public async Task Are_retried_when_the_server_rejects_them_transiently()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        server.RecipientReply = new(SmtpReplyCode.ServiceUnavailable, "come back later");

        var error = await Assert.ThrowsAsync<SmtpCommandException>(() => sender.Send(TestJobs.Job()));

        Assert.Equal(SmtpStatusCode.ServiceNotAvailable, error.StatusCode);
    }

    [Fact]
    public async Task Are_not_blamed_when_the_server_rejects_the_sender_because_settings_can_be_fixed()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        server.SenderReply = new(SmtpReplyCode.MailboxUnavailable, "not you");

        var error = await Assert.ThrowsAsync<SenderUnavailableException>(() => sender.Send(TestJobs.Job()));

        Assert.StartsWith("the mail server rejected the sender: 550 not you", error.Message, StringComparison.Ordinal);
    }
}
