using Orleans.Concurrency;

namespace OrderFlow.Health;

/// <inheritdoc cref="IPingGrain"/>
[GrainType("ping"), StatelessWorker]
internal sealed class PingGrain(IDatabaseHealth database) : Grain, IPingGrain
{
    public Task Ping() => Task.CompletedTask;

    public Task PingDatabase() => database.WriteError is { } error ? throw new UnavailableException(error) : Task.CompletedTask;
}
