using System.Diagnostics;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Waits on a condition with a deadline; the message names what was awaited.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer satisfies the condition, and returns that answer.</summary>
    public static async Task<T> Get<T>(string awaited, Func<Task<T>> ask, Func<T, bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (condition(answer)) return answer;
            if (watch.Elapsed > Deadline) throw new TimeoutException($"waited {Deadline.TotalSeconds:0} s for {awaited}; last seen: {answer}");
            await Task.Delay(Interval);
        }
    }
}
