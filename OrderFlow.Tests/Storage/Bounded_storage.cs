using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Grain state waits for its turn before it waits for a connection.</summary>
public sealed class Bounded_storage
{
    private const int AtOnce = 3;

    private static readonly GrainId Grain = GrainId.Create("test", "1");
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private readonly HeldStorage _inner = new();

    [Fact]
    public async Task No_more_statements_run_at_once_than_there_are_connections_for()
    {
        using var storage = new BoundedGrainStorage(_inner, AtOnce, Patient);
        var calls = Enumerable.Range(0, 10).SelectMany(_ => EachOnce(storage)).ToList();

        foreach (var _ in calls) await _inner.FinishNext();

        await Task.WhenAll(calls);
        Assert.Equal(AtOnce, _inner.MostAtOnce);
    }

    [Fact]
    public async Task Whose_turn_does_not_come_in_time_is_told_so_and_asks_nothing_of_the_database()
    {
        using var storage = new BoundedGrainStorage(_inner, AtOnce, TimeSpan.Zero);
        var running = EachOnce(storage).ToList();

        await Assert.ThrowsAsync<UnavailableException>(() => Read(storage).WaitAsync(Patient));

        Assert.Equal(AtOnce, _inner.MostAtOnce);
        foreach (var _ in running) await _inner.FinishNext();
        await Task.WhenAll(running);
    }

    [Fact]
    public async Task A_statement_that_fails_gives_its_turn_on()
    {
        using var storage = new BoundedGrainStorage(_inner, atOnce: 1, Patient);
        var failing = Read(storage);
        var next = Read(storage);

        await _inner.FinishNext(new InvalidOperationException("broken"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        await _inner.FinishNext();
        await next;
    }

    /// <summary>One statement of each kind: three.</summary>
    private static IEnumerable<Task> EachOnce(IGrainStorage storage) =>
    [
        Read(storage),
        storage.WriteStateAsync("state", Grain, new GrainState<string>()),
        storage.ClearStateAsync("state", Grain, new GrainState<string>()),
    ];

    private static Task Read(IGrainStorage storage) => storage.ReadStateAsync("state", Grain, new GrainState<string>());

    /// <summary>Statements that last until they are told to finish.</summary>
    private sealed class HeldStorage : IGrainStorage
    {
        private readonly Lock _lock = new();
        private readonly Queue<TaskCompletionSource> _running = [];

        public int MostAtOnce { get; private set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Begin();

        /// <summary>Has the one that began first come to its end; waits for one where none runs yet.</summary>
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
                MostAtOnce = Math.Max(MostAtOnce, _running.Count);
            }

            return statement.Task;
        }
    }
}
