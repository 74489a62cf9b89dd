using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Grain state waits for a permit before it waits for a connection.</summary>
public sealed class GrainStorageConcurrency
{
    private const int MaxConcurrency = 3;

    private static readonly GrainId Grain = GrainId.Create("test", "1");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HeldStorage _inner = new();

    [Fact]
    public async Task No_more_statements_run_at_once_than_there_are_connections_for()
    {
        using var storage = new BoundedGrainStorage(_inner, MaxConcurrency, Timeout);
        var calls = Enumerable.Range(0, 10).SelectMany(_ => OneOfEachKind(storage)).ToList();

        foreach (var _ in calls) await _inner.FinishNext();

        await Task.WhenAll(calls);
        Assert.Equal(MaxConcurrency, _inner.MaxRunning);
    }

    [Fact]
    public async Task A_statement_that_gets_no_permit_in_time_fails_without_reaching_the_database()
    {
        using var storage = new BoundedGrainStorage(_inner, MaxConcurrency, TimeSpan.Zero);
        var running = OneOfEachKind(storage).ToList();

        await Assert.ThrowsAsync<UnavailableException>(() => Read(storage).WaitAsync(Timeout));

        Assert.Equal(MaxConcurrency, _inner.MaxRunning);
        foreach (var _ in running) await _inner.FinishNext();
        await Task.WhenAll(running);
    }

    [Fact]
    public async Task A_failed_statement_releases_its_permit()
    {
        using var storage = new BoundedGrainStorage(_inner, maxConcurrency: 1, Timeout);
        var failing = Read(storage);
        var next = Read(storage);

        await _inner.FinishNext(new InvalidOperationException("broken"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        await _inner.FinishNext();
        await next;
    }

    /// <summary>Three statements, one of each kind.</summary>
    private static IEnumerable<Task> OneOfEachKind(IGrainStorage storage) =>
    [
        Read(storage),
        storage.WriteStateAsync("state", Grain, new GrainState<string>()),
        storage.ClearStateAsync("state", Grain, new GrainState<string>()),
    ];

    private static Task Read(IGrainStorage storage) => storage.ReadStateAsync("state", Grain, new GrainState<string>());

    /// <summary>Statements that run until the test finishes them.</summary>
    private sealed class HeldStorage : IGrainStorage
    {
        private readonly Lock _lock = new();
        private readonly Queue<TaskCompletionSource> _running = [];

        public int MaxRunning { get; private set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        /// <summary>Finishes the oldest statement; waits for one where none runs yet.</summary>
        public async Task FinishNext(Exception? error = null)
        {
            var statement = await Eventually.Get("a statement to run", () => Task.FromResult(Next()), next => next is not null);
            if (error is null) statement!.SetResult();
            else statement!.SetException(error);
        }

        private TaskCompletionSource? Next()
        {
            lock (_lock) return _running.TryDequeue(out var next) ? next : null;
        }

        private Task Begin()
        {
            var statement = new TaskCompletionSource();
            lock (_lock)
            {
                _running.Enqueue(statement);
                MaxRunning = Math.Max(MaxRunning, _running.Count);
            }

            return statement.Task;
        }
    }
}
