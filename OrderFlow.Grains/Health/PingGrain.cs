using Orleans.Concurrency;

namespace OrderFlow.Health;

/// <inheritdoc cref="IPingGrain"/>
[GrainType("ping"), StatelessWorker]
internal sealed class PingGrain(IWritePath writes) : Grain, IPingGrain
{
    public Task Ping() => Task.CompletedTask;

    public Task PingDatabase() => writes.Trouble is { } trouble ? throw new UnavailableException(trouble) : Task.CompletedTask;
}
