using System.Diagnostics;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Waits for a condition; the message of a timeout names it.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until the answer satisfies the condition, and returns it.</summary>
    public static async Task<T> Get<T>(string awaited, Func<Task<T>> poll, Func<T, bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await poll();
            if (condition(answer)) return answer;
            if (watch.Elapsed > Timeout) throw new TimeoutException($"waited {Timeout.TotalSeconds:0} s for {awaited}; last seen: {answer}");
            await Task.Delay(PollInterval);
        }
    }
}
