using System.Diagnostics;
using System.Globalization;

namespace OrderFlow.Chaos.Ledger;

/// <summary>Seconds since the machine started: a clock that nobody sets, and that the shell can read too.</summary>
internal static class Uptime
{
    private static readonly double StartedAt = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
    private static readonly long Started = Stopwatch.GetTimestamp();

    public static double Now => Math.Round(StartedAt + Stopwatch.GetElapsedTime(Started).TotalSeconds, 4);
}
