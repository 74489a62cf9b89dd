using System.Security.Cryptography.X509Certificates;
using MailKit.Security;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Smtp;

public sealed class SmtpSecurity
{
    [Theory]
    [InlineData("starttls")]
    [InlineData("auto")]
    public async Task Mail_is_sent_over_starttls_with_credentials(string security)
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var server = await MailServer.Start(certificate);
        await using var sender = new MailSender(server, Trusting(certificate, security));

        await sender.Send(TestJobs.Job());

        Assert.Equal("42-2@shop.example", Assert.Single(server.Mails).MessageId);
        Assert.Equal(["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"], server.Commands);
    }

    [Fact]
    public async Task A_wrong_password_fails_and_is_not_revealed()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var server = await MailServer.Start(certificate);
        await using var sender = new MailSender(server, Trusting(certificate) + (options => options.Password = "wr0ng"));

        var error = await IsRefused<AuthenticationException>(sender);

        Assert.DoesNotContain("wr0ng", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Mails);
        Assert.Empty(sender.Log.All);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_rejected()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var server = await MailServer.Start(certificate);
        await using var sender = new MailSender(server, Trusting(certificate) + (options => options.CaFile = ""));

        await AssertRejected(sender, server);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_rejected()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        using var other = Certificates.SelfSigned("127.0.0.1");
        await using var server = await MailServer.Start(certificate);
        await using var sender = new MailSender(server, Trusting(other));

        await AssertRejected(sender, server);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_rejected_despite_its_trusted_root()
    {
        using var certificate = Certificates.SelfSigned("mail.example");
        await using var server = await MailServer.Start(certificate);
        await using var sender = new MailSender(server, Trusting(certificate));

        await AssertRejected(sender, server);
    }

    [Fact]
    public async Task No_password_is_sent_without_tls()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, Credentials + (options => options.Security = "auto"));

        var error = await IsRefused<AuthenticationException>(sender);

        Assert.Equal("the mail server does not offer TLS, without which Smtp__Security=auto does not send the password", error.Message);
        Assert.DoesNotContain("AUTH", server.Commands);
    }

    [Fact]
    public async Task Starttls_is_required()
    {
        await using var server = await MailServer.Start();
        await using var sender = new MailSender(server, options => options.Security = "starttls");

        await IsRefused<NotSupportedException>(sender);
        Assert.Empty(server.Mails);
    }

    private static Action<SmtpOptions> Credentials => options => (options.Username, options.Password) = ("shop", MailServer.Password);

    private static Action<SmtpOptions> Trusting(X509Certificate2 root, string security = "starttls") =>
        Credentials + (options => (options.Security, options.CaFile) = (security, Certificates.PemFile(root)));

    /// <summary>Sends a mail, which must pause the worker; returns the cause.</summary>
    private static async Task<TCause> IsRefused<TCause>(MailSender sender)
        where TCause : Exception
    {
        var error = await Assert.ThrowsAsync<SenderUnavailableException>(() => sender.Send(TestJobs.Job()));
        return Assert.IsType<TCause>(error.InnerException);
    }

    private static async Task AssertRejected(MailSender sender, MailServer server)
    {
        await IsRefused<SslHandshakeException>(sender);
        Assert.DoesNotContain("AUTH", server.Commands);
        Assert.Empty(server.Mails);
    }
}
