namespace OrderFlow.Tests.Redis;

public sealed class QueueInvariants
{
    private const int Histories = 200;
    private const int MaxSteps = 300;

    [Fact]
    public void Hold_after_each_step_of_random_histories() =>
        Rules.Histories.Check(QueueModelRun.Steps, QueueModelRun.Replay, Histories, MaxSteps);
}
