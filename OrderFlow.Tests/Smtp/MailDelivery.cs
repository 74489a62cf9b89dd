using MimeKit;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

public sealed class MailDelivery
{
    [Fact]
    public async Task Sends_a_notification_once_with_all_its_parts()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        await sender.Send(TestJobs.Job() with { Message = "Your order 42 is reserved – für Jürgen.\r\nBcc: all@users.example" });

        var mail = Assert.Single(server.Mails);
        Assert.Equal("42-2@shop.example", mail.MessageId);
        Assert.Equal("\"The shop\" <orders@shop.example>", mail.From.ToString());
        Assert.Equal("alice@users.example", mail.To.ToString());
        Assert.Equal((0, 0), (mail.Cc.Count, mail.Bcc.Count));
        Assert.Equal("Your order 42 is reserved", mail.Subject);
        Assert.Equal(TestJobs.Now, mail.Date);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.Equal("en", mail.Body!.Headers["Content-Language"]);
        var body = Assert.IsType<TextPart>(mail.Body);
        Assert.Equal(("text/plain", "utf-8"), (body.ContentType.MimeType, body.ContentType.Charset));
        Assert.Equal("Your order 42 is reserved – für Jürgen.\r\nBcc: all@users.example", body.Text.TrimEnd().ReplaceLineEndings("\r\n"));
        Assert.Equal(["Information: The mail server accepted notification 42-2 of order 42"], sender.Log.All);
    }

    [Fact]
    public async Task Sends_text_and_HTML_in_the_language_of_the_customer()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        await sender.Send(TestTexts.Job("order.reserved", TestTexts.Details, "de-AT"));

        var mail = Assert.Single(server.Mails);
        var content = TestTexts.Renderer(currency: "EUR").Render(TestTexts.Job("order.reserved", TestTexts.Details));
        Assert.Equal(("Ihre Bestellung 42 ist reserviert", "de"), (mail.Subject, mail.Body!.Headers["Content-Language"]));
        Assert.Equal(
            [("text/plain", "utf-8", content.Text), ("text/html", "utf-8", content.Html!)],
            Assert.IsType<MultipartAlternative>(mail.Body).Cast<TextPart>().Select(part => (part.ContentType.MimeType, part.ContentType.Charset!, part.Text.ReplaceLineEndings("\n"))));
    }

    [Fact]
    public async Task Sends_a_long_message_completely()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);
        var message = ".\n..\n" + new string('x', 5_000) + "🎁";

        await sender.Send(TestJobs.Job() with { Message = message });

        Assert.Equal(message, Assert.Single(server.Mails).TextBody!.TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Uses_a_user_id_that_is_an_address()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.RecipientDomain = "");

        await sender.Send(TestJobs.Job(userId: "alice.o'hara+shop@mail.example"));

        Assert.Equal("alice.o'hara+shop@mail.example", Assert.Single(server.Mails).To.ToString());
    }

    [Fact]
    public async Task Lets_no_id_inject_a_header()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server);

        await sender.Send(TestJobs.Job() with { JobId = "42>\r\nBcc: all@users.example", EventType = "order.x\r\nBcc: all@users.example" });

        var mail = Assert.Single(server.Mails);
        Assert.Equal("42%3E%0D%0ABcc%3A%20all%40users.example@shop.example", mail.MessageId);
        Assert.Equal("Your order 42", mail.Subject);
        Assert.Empty(mail.Bcc);
    }
}
