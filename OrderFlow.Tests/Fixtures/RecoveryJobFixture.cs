using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderFlow.Recovery;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Creates recovery jobs that a test runs itself, and collects what they log.</summary>
internal sealed class RecoveryJobFixture(TimeProvider time) : ILogger
{
    /// <summary>How long each run starts further batches.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<string> _lines = [];

    public RecoveryMetrics Metrics { get; } = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), time);

    /// <summary>The log lines of the jobs, such as <c>Warning: Recovery …</c>.</summary>
    public string[] LogLines => [.. _lines];

    public RecoveryJob Create(string name, Func<Task<Batch>> runBatch) => new(name, _ => runBatch(), Budget, time, Metrics, this);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
