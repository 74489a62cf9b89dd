using Microsoft.Extensions.Logging;
using OrderFlow.Silo.Notifications;

namespace OrderFlow.Tests.Notifications;

public sealed class LoggedNotifications
{
    private readonly LogLines _log = new();

    [Fact]
    public async Task Have_one_line_with_all_details()
    {
        await Sender().Send(TestJobs.Job(), CancellationToken.None);
        Assert.Equal(["Information: Notification 42-2 to alice, Your order 42 is reserved: Your order 42 is reserved. Total: 19.98."], _log.All);
    }

    [Fact]
    public async Task Have_the_rendered_text_of_a_job_with_details()
    {
        await Sender().Send(TestTexts.Job("order.reserved", TestTexts.Details), CancellationToken.None);
        Assert.Equal(
            ["Information: Notification 42-2 to alice, Ihre Bestellung 42 ist reserviert: Alle Artikel Ihrer Bestellung 42 sind für Sie reserviert. 2 × sku-1 1 × sku-2 Summe: 1.234,50 Datum: 1. März 2026"],
            _log.All);
    }

    [Fact]
    public async Task Stay_on_one_line_whatever_the_user_id()
    {
        await Sender().Send(TestJobs.Job(userId: "al\r\nError: forged\u001b[2J\u0085\u2028\u2029\0ice") with { JobId = "42\n2", Message = "a\tb" }, CancellationToken.None);
        Assert.Equal(["Information: Notification 42\uFFFD2 to al\uFFFD\uFFFDError: forged\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFDice, Your order 42 is reserved: a\uFFFDb"], _log.All);
    }

    private LogSender Sender() => new(TestTexts.Renderer(), new Logger<LogSender>(LoggerFactory.Create(logging => logging.AddProvider(_log))));
}
