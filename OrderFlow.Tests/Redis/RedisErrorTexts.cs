using OrderFlow.Silo.Notifications.Redis;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>Redis 6.2 reports why a script failed after where it failed; 7.0 reports it first.</summary>
public sealed class RedisErrorTexts
{
    private const string Redis62Error = "ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791): @user_script: 1: ";

    [Theory]
    [InlineData("-READONLY You can't write against a read only replica.", "Redis is a replica and takes no jobs: notifications wait", true)]
    [InlineData("-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "Redis is a replica that has lost its master and takes no jobs: notifications wait", true)]
    [InlineData("-OOM command not allowed when used memory > 'maxmemory'.", "Redis is out of memory (maxmemory) and takes no jobs: notifications wait", false)]
    [InlineData("-MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.", "Redis cannot write to its disk (MISCONF) and takes no jobs: notifications wait", false)]
    [InlineData("-NOREPLICAS Not enough good replicas to write.", "Redis has too few replicas (min-replicas-to-write) and takes no jobs: notifications wait", false)]
    [InlineData("attempt to index a nil value", "Redis refuses to enqueue jobs: notifications wait", false)]
    public void Name_the_cause_within_a_script_error_of_Redis_6_2(string cause, string sentence, bool isReplica)
    {
        var error = new RedisServerException(RedisErrorKind.UnknownError, CommandFlags.None, Redis62Error + cause);

        Assert.Equal((sentence, isReplica), (RedisErrors.Describe(error), RedisErrors.IsReplica(error)));
    }
}
