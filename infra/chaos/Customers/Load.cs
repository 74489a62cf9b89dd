using System.Diagnostics;
using System.Runtime.InteropServices;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>Sends customers on their errands, and an admin beside them, at a steady rate, however long those take, until it is told to stop; then it waits for the last answers.</summary>
internal static class Load
{
    /// <summary>The most errands under way. More than a minute's outage leaves waiting at 100 orders a second.</summary>
    private const int MostUnderWay = 8_000;

    public static async Task Run(ChaosSettings settings)
    {
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));

        var shop = new Shop(settings.Name, settings.Seed);
        var tokens = new Tokens(settings.TokensFile);
        using var api = new Api(settings);
        await using var ledger = new LedgerFile(settings.LedgerFile);
        await Stock(shop, api, tokens);

        var errands = await Send(shop, new Customer(api, shop, tokens, ledger), new Admin(api, tokens, ledger), settings, stop);
        await File.WriteAllLinesAsync(settings.CountsFile, [$"{ChaosSettings.Errands}\t{errands}"]);
    }

    /// <summary>When the errand with this number sets out. While the rate grows evenly, numbers grow with the square of the time.</summary>
    public static TimeSpan Due(int number, int rate, TimeSpan ramp)
    {
        var atFullRate = TimeSpan.FromSeconds((double)number / rate);
        return atFullRate < ramp / 2 ? ramp * Math.Sqrt(2 * (atFullRate / ramp)) : atFullRate + (ramp / 2);
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    private static async Task Stock(Shop shop, Api api, Tokens tokens)
    {
        foreach (var (product, pieces) in shop.Products)
        {
            var (tries, body) = await api.Ask(
                new(
                    HttpMethod.Put, $"/inventory/{product}", tokens.Of(tokens.Admin),
                    new { availableQuantity = pieces, unitPrice = Shop.UnitPrice, lowStockThreshold = Shop.Threshold(product) }));
            if (tries[^1].Status != 200) throw new InvalidOperationException($"{product} could not be stored: {tries[^1].Status} {body}");
        }
    }

    /// <summary>How many errands there were. One that fails ends the run: what became of it is nowhere written down.</summary>
    private static async Task<int> Send(Shop shop, Customer customer, Admin admin, ChaosSettings settings, CancellationTokenSource stop)
    {
        using var room = new SemaphoreSlim(MostUnderWay);
        var underWay = new HashSet<Task>();
        var began = Stopwatch.GetTimestamp();
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            number++;
            var wait = Due(number, settings.Rate, settings.Ramp) - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, CancellationToken.None);
            await room.WaitAsync(CancellationToken.None);
            underWay.Add(Run(customer.Run(shop.Errand(number), stop.Token), shop.Change(number) is { } change ? admin.Make(change) : Task.CompletedTask, room, stop));
            if (number % settings.Rate == 0) underWay.RemoveWhere(errand => errand.IsCompletedSuccessfully);
        }

        await foreach (var ended in Task.WhenEach(underWay)) await ended;
        return number;
    }

    private static async Task Run(Task errand, Task change, SemaphoreSlim room, CancellationTokenSource stop)
    {
        try
        {
            await Task.WhenAll(errand, change);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            room.Release();
        }
    }
}
