using Orleans.Concurrency;

namespace OrderFlow.Health;

/// <inheritdoc cref="IPingGrain"/>
[GrainType("ping"), StatelessWorker]
internal sealed class PingGrain : Grain, IPingGrain
{
    public Task Ping() => Task.CompletedTask;
}
