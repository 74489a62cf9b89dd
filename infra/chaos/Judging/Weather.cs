using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>A fault that happened, in seconds since the machine started.</summary>
internal sealed record Fault(double Struck, double Healed, string What);

/// <summary>What customers noticed of a fault, until the next one.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="SlowSeconds">In how many seconds the p99 of the orders begun in them was above <see cref="Weather.Slow"/>.</param>
/// <param name="WorstMs">The slowest order, from the first try to the acknowledgement.</param>
/// <param name="FailedTries">How many requests of any kind failed at the first try.</param>
/// <param name="RecoveredAfter">Seconds from the fault until the last second that was slow or in which a first try failed.</param>
internal sealed record Noticed(Fault Fault, int SlowSeconds, double WorstMs, int FailedTries, int RecoveredAfter);

/// <summary>How a run was for its customers: second by second, and after each fault.</summary>
internal sealed class Weather(IReadOnlyList<Operation> ledger, IReadOnlyList<Fault> faults)
{
    /// <summary>An order that takes longer is slow.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>How long before the first fault the machine is looked at: the programs have compiled most of what they run by then.</summary>
    private const double CalmSeconds = 10;

    /// <summary>Requests that were under way when a fault struck are its victims, too.</summary>
    private const double UnderWaySeconds = 1;

    private readonly IReadOnlyList<Operation> _byTime = [.. ledger.OrderBy(operation => operation.First.At)];

    public int Requests => ledger.Count;

    public int FailedAtFirst => ledger.Count(FailedFirst);

    public int FailedAtLast => ledger.Count(operation => !operation.IsAnswered);

    public int Tries => ledger.Sum(operation => operation.Tries.Count);

    /// <summary>The p99 of all orders, from the first try to the acknowledgement.</summary>
    public double P99Ms => P99([.. ledger.Where(operation => operation.What == Asked.Place)]);

    /// <summary>The p99 of the orders begun just before the first fault: what the machine makes of the load when nothing is wrong.</summary>
    public double CalmP99Ms => faults.Count == 0
        ? P99Ms
        : P99([.. ledger.Where(operation => operation.What == Asked.Place && faults[0].Struck - operation.First.At is > 0 and <= CalmSeconds)]);

    public IEnumerable<Noticed> OfEachFault() => faults.Select((fault, index) =>
        OfFault(fault, index + 1 < faults.Count ? faults[index + 1].Struck - UnderWaySeconds : double.MaxValue));

    /// <summary>A second for each row: when it began, orders, their p99, first tries that failed.</summary>
    public IEnumerable<(int Second, int Orders, double P99Ms, int FailedTries)> Seconds()
    {
        var began = _byTime.Count == 0 ? 0 : _byTime[0].First.At;
        return _byTime.GroupBy(operation => (int)Math.Floor(operation.First.At - began)).Select(second => Row(second.Key, [.. second]));
    }

    private Noticed OfFault(Fault fault, double end)
    {
        var began = fault.Struck - UnderWaySeconds;
        var victims = _byTime.Where(operation => operation.First.At >= began && operation.First.At < end).ToList();
        var seconds = victims.GroupBy(operation => Math.Max(0, (int)Math.Floor(operation.First.At - fault.Struck)))
            .Select(second => Row(second.Key, [.. second])).ToList();
        return new(
            fault,
            seconds.Count(second => second.P99Ms > Slow.TotalMilliseconds),
            victims.Where(operation => operation.What == Asked.Place).Select(operation => operation.TotalMs).DefaultIfEmpty().Max(),
            seconds.Sum(second => second.FailedTries),
            seconds.Where(second => second.P99Ms > Slow.TotalMilliseconds || second.FailedTries > 0).Select(second => second.Second + 1).DefaultIfEmpty().Max());
    }

    private static (int Second, int Orders, double P99Ms, int FailedTries) Row(int second, IReadOnlyList<Operation> operations)
    {
        List<Operation> placed = [.. operations.Where(operation => operation.What == Asked.Place)];
        return (second, placed.Count, P99(placed), operations.Count(FailedFirst));
    }

    private static bool FailedFirst(Operation operation) => !operation.First.IsAnswer;

    /// <summary>By nearest rank.</summary>
    private static double P99(List<Operation> operations) => operations.Count == 0
        ? 0
        : operations.Select(operation => operation.TotalMs).Order().ElementAt((int)Math.Ceiling(operations.Count * 0.99) - 1);
}
