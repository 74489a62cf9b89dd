namespace OrderFlow.Tests.Rules;

public sealed class AsyncLocks
{
    [Fact]
    public async Task Waiters_acquire_the_lock_in_order_each_after_the_one_before_has_released_it()
    {
        var mutex = new AsyncLock();
        var first = await mutex.Acquire();
        var second = mutex.Acquire().AsTask();
        var third = mutex.Acquire().AsTask();
        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));

        first.Dispose();
        var acquired = await second;
        Assert.False(third.IsCompleted);

        acquired.Dispose();
        (await third).Dispose();
        (await mutex.Acquire()).Dispose();
    }
}
