using Microsoft.Extensions.Time.Testing;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Notifications;

/// <summary>A clock that knows its pending timers and advances only from one to the next, so that everything happens exactly when it is due.</summary>
internal sealed class SteppedClock() : FakeTimeProvider(TestJobs.Now)
{
    /// <summary>The most steps of one wait, so that one in vain ends.</summary>
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

    /// <summary>Waits until a timer is due in exactly this time.</summary>
    public Task WaitForTimer(TimeSpan time) => Eventually.Get($"a timer of {time}", () => Task.FromResult(Pending()), pending => pending.Contains(GetUtcNow() + time));

    /// <summary>Advances from one short pause of the worker to the next until the condition holds; <paramref name="idle"/> says that nothing is running.</summary>
    public async Task AdvanceUntil(string awaited, Func<bool> condition, Func<bool> idle, TimeSpan maxPause)
    {
        for (var steps = 0; !condition(); steps++)
        {
            if (steps == StepLimit) throw new TimeoutException($"waited until {GetUtcNow():O} for {awaited}");
            var paused = await Eventually.Get(
                $"a pause of the worker on the way to {awaited}",
                () => Task.FromResult(condition() ? (DateTimeOffset?)GetUtcNow() : idle() ? NextDue(maxPause) : null),
                next => next is not null);
            if (paused > GetUtcNow()) SetUtcNow(paused.Value);
        }
    }

    private DateTimeOffset? NextDue(TimeSpan maxPause) =>
        Pending().Where(due => due - GetUtcNow() <= maxPause).Order().Select(due => (DateTimeOffset?)due).FirstOrDefault();

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
