namespace OrderFlow.Tests.Rules;

public sealed class One_at_a_time
{
    [Fact]
    public async Task Those_who_wait_go_in_the_order_they_came_each_when_the_one_before_has_left()
    {
        var turns = new AsyncLock();
        var first = await turns.Acquire();
        var second = turns.Acquire().AsTask();
        var third = turns.Acquire().AsTask();
        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));

        first.Dispose();
        var entered = await second;
        Assert.False(third.IsCompleted);

        entered.Dispose();
        (await third).Dispose();
        (await turns.Acquire()).Dispose();
    }
}
