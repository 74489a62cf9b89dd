using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Collects the spans that programs in this process export.</summary>
internal sealed class SpanLog
{
    private readonly SynchronizedSpans _spans = new();

    /// <summary>Makes a program export its spans here.</summary>
    public void AddTo(IServiceCollection services) => services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddInMemoryExporter(_spans));

    /// <summary>All ended spans, each once, even where two programs export it.</summary>
    public IReadOnlyList<Activity> All => [.. _spans.Copy().DistinctBy(span => span.SpanId)];

    /// <summary>The spans of a trace, by start time.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. All.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc)];

    /// <summary>Waits until a span of this name has ended so many times and returns the last one.</summary>
    public async Task<Activity> Await(string name, int times = 1) => (await Eventually.Get(
        $"{times} spans '{name}'",
        () => Task.FromResult(All.Where(span => span.DisplayName == name).ToList()),
        spans => spans.Count >= times))[^1];

    /// <summary>Waits until so many spans of a trace have ended.</summary>
    public Task<IReadOnlyList<Activity>> AwaitTrace(ActivityTraceId trace, int count) => Eventually.Get(
        $"{count} spans of trace {trace}", () => Task.FromResult(Of(trace)), spans => spans.Count >= count);

    /// <summary>Waits until the span of this name in a trace has ended.</summary>
    public Task<IReadOnlyList<Activity>> AwaitTrace(ActivityTraceId trace, string name) => Eventually.Get(
        $"'{name}' in trace {trace}", () => Task.FromResult(Of(trace)), spans => spans.Any(span => span.DisplayName == name));

    /// <summary>A collection that the exporter can write to from any thread.</summary>
    private sealed class SynchronizedSpans : ICollection<Activity>
    {
        private readonly List<Activity> _spans = [];

        public int Count => _spans.Count;

        public bool IsReadOnly => false;

        public void Add(Activity item)
        {
            lock (_spans) _spans.Add(item);
        }

        public List<Activity> Copy()
        {
            lock (_spans) return [.. _spans];
        }

        public void Clear() => throw new NotSupportedException();

        public bool Contains(Activity item) => throw new NotSupportedException();

        public void CopyTo(Activity[] array, int arrayIndex) => throw new NotSupportedException();

        public bool Remove(Activity item) => throw new NotSupportedException();

        public IEnumerator<Activity> GetEnumerator() => Copy().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
