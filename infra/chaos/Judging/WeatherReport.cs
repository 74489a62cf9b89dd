using System.Globalization;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>The tables of a run's weather, and what of it must not be.</summary>
internal static class WeatherReport
{
    /// <summary>After a silo was killed: in how many seconds the p99 may be above <see cref="Weather.Slow"/>.</summary>
    private const int MostSlowSeconds = 10;

    private const string SiloKilled = "silo-kill";

    public static async Task Write(ChaosSettings settings, TextWriter output)
    {
        var faults = File.ReadLines(settings.FaultsFile).Select(line => line.Split('\t'))
            .Select(columns => new Fault(Number(columns[0]), Number(columns[1]), columns[2])).ToList();
        var weather = new Weather(LedgerFile.Read(settings.LedgerFile), faults);
        var noticed = weather.OfEachFault().ToList();

        await WriteFaults(output, noticed);
        await output.WriteLineAsync(Text($"{weather.Requests} requests in {weather.Tries} tries; p99 of all orders {weather.P99Ms:F0} ms"));
        await File.WriteAllLinesAsync(
            Path.Combine(settings.Directory, "seconds.tsv"),
            weather.Seconds().Select(second => Text($"{second.Second}\t{second.Orders}\t{second.P99Ms:F1}\t{second.FailedTries}")));
        await File.AppendAllLinesAsync(
            settings.ViolationsFile,
            noticed.Where(fault => fault.Fault.What.StartsWith(SiloKilled, StringComparison.Ordinal) && fault.SlowSeconds > MostSlowSeconds)
                .Select(fault => Text($"slow\t{fault.Fault.What}: {fault.SlowSeconds} s")));
        await File.AppendAllLinesAsync(
            settings.CountsFile,
            [
                $"requests\t{weather.Requests}", $"failed-at-first\t{weather.FailedAtFirst}", $"failed-at-last\t{weather.FailedAtLast}",
                Text($"calm-p99-ms\t{weather.CalmP99Ms:F0}"),
            ]);
    }

    private static async Task WriteFaults(TextWriter output, List<Noticed> faults)
    {
        if (faults.Count == 0) return;

        var began = faults[0].Fault.Struck;
        await output.WriteLineAsync(
            $"{"at s",6}  {"fault",-24} {"lasted s",9} {"p99 > 1 s",10} {"slowest s",10} {"failed tries",13} {"recovered s",12}");
        foreach (var (fault, slow, worst, failed, recovered) in faults)
            await output.WriteLineAsync(Text(
                $"{fault.Struck - began,6:F0}  {fault.What,-24} {fault.Healed - fault.Struck,9:F1} {$"{slow} s",10} {worst / 1000,10:F1} {failed,13} {recovered,12}"));
        await output.WriteLineAsync();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
