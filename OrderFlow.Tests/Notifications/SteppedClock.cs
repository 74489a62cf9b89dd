using Microsoft.Extensions.Time.Testing;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Notifications;

/// <summary>A clock that knows who waits on it, and goes on only when somebody does: so that what is timed happens exactly then.</summary>
internal sealed class SteppedClock() : FakeTimeProvider(TestJobs.Now)
{
    /// <summary>How many pauses a test may take; without end, one that waits in vain would never say so.</summary>
    private const int StepLimit = 5_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<object, DateTimeOffset> _pending = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var key = new object();
        SetDue(key, dueTime);
        var timer = base.CreateTimer(given => { Forget(key); callback(given); }, state, dueTime, period);
        return new Timer(this, timer, key);
    }

    /// <summary>Waits until somebody waits for exactly this long.</summary>
    public Task WaitForTimer(TimeSpan time) => Eventually.Get($"a timer of {time}", () => Task.FromResult(Pending()), pending => pending.Contains(GetUtcNow() + time));

    /// <summary>Goes on from one short pause of the worker to the next until the condition holds; <paramref name="settled"/> says that nothing is under way.</summary>
    public async Task AdvanceUntil(string awaited, Func<bool> condition, Func<bool> settled, TimeSpan longestPause)
    {
        for (var steps = 0; !condition(); steps++)
        {
            if (steps == StepLimit) throw new TimeoutException($"waited until {GetUtcNow():O} for {awaited}");
            var paused = await Eventually.Get(
                $"a pause of the worker on the way to {awaited}",
                () => Task.FromResult(condition() ? (DateTimeOffset?)GetUtcNow() : settled() ? NextDue(longestPause) : null),
                next => next is not null);
            if (paused > GetUtcNow()) SetUtcNow(paused.Value);
        }
    }

    private DateTimeOffset? NextDue(TimeSpan longestPause) =>
        Pending().Where(due => due - GetUtcNow() <= longestPause).Order().Select(due => (DateTimeOffset?)due).FirstOrDefault();

    private DateTimeOffset[] Pending()
    {
        lock (_lock) return [.. _pending.Values];
    }

    private void SetDue(object key, TimeSpan dueTime)
    {
        lock (_lock)
        {
            if (dueTime >= TimeSpan.Zero) _pending[key] = GetUtcNow() + dueTime;
            else _pending.Remove(key);
        }
    }

    private void Forget(object key)
    {
        lock (_lock) _pending.Remove(key);
    }

    private sealed class Timer(SteppedClock clock, ITimer timer, object key) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.SetDue(key, dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            clock.Forget(key);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.Forget(key);
            return timer.DisposeAsync();
        }
    }
}
