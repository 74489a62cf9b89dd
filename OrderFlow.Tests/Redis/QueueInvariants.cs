namespace OrderFlow.Tests.Redis;

public sealed class QueueInvariants
{
    private const int Histories = 200;
    private const int Longest = 300;

    [Fact]
    public void Keep_every_job_in_one_place_and_every_count_right_after_each_step() =>
        Rules.Histories.Check(QueueModelRun.Steps, QueueModelRun.Replay, Histories, Longest);
}
