using System.Diagnostics;
using Confluent.Kafka;
using OrderFlow.Outbox;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Kafka;

/// <summary>The spans of events on their way through Kafka, in the words of OpenTelemetry's conventions for messaging.</summary>
internal static class EventTraces
{
    private const string System = "kafka";

    /// <summary>The clock of spans, which is the system's, where this event is traced.</summary>
    public static DateTimeOffset Begin(OutboxEvent told) => told.Trace is null ? default : DateTimeOffset.UtcNow;

    /// <summary>
    /// An event was sent, or could not be. Made when that is known: many are on their way at once, and none is what the code around here runs for.
    /// </summary>
    public static void Sent(OutboxEvent told, DateTimeOffset began, SendFailure? failure)
    {
        if (told.Trace is null || !Traces.Source.HasListeners()) return;

        var here = Activity.Current;
        using (var span = Traces.Source.StartActivity($"send {told.Type}", ActivityKind.Producer, told.Trace.ToActivityContext(), startTime: began))
        {
            span.Describe(System, "send", told.Type, told.Id);
            if (failure is not null) span.Fail(failure.Reason);
        }

        Activity.Current = here;
    }

    /// <summary>An event is handled, in the trace in which its order was changed.</summary>
    public static Activity? Process(ConsumeResult<byte[], byte[]> consumed)
    {
        if (!Traces.Source.HasListeners()) return null;

        var span = Traces.Continue($"process {consumed.Topic}", ActivityKind.Consumer, CloudEventHeaders.TraceOf(consumed.Message.Headers));
        span.Describe(System, "process", consumed.Topic, id: null);
        span?.SetTag("messaging.destination.partition.id", consumed.Partition.Value);
        span?.SetTag("messaging.kafka.offset", consumed.Offset.Value);
        return span;
    }
}
