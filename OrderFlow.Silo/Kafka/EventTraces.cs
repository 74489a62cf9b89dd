using System.Diagnostics;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Kafka;

/// <summary>The spans of events that are sent to and received from Kafka, named by OpenTelemetry's conventions for messaging.</summary>
internal static class EventTraces
{
    private const string System = "kafka";

    /// <summary>The start time of an event's span, where it is traced. By the system's clock, as all spans.</summary>
    public static DateTimeOffset StartTime(TraceContext? trace) => trace is null ? default : DateTimeOffset.UtcNow;

    /// <summary>Records an event's span once its delivery is reported: many events are in flight at once, and no thread's current activity belongs to one.</summary>
    public static void RecordSend(string type, string id, TraceContext? trace, DateTimeOffset startTime, SendFailure? failure)
    {
        if (trace is null || !Traces.Source.HasListeners()) return;

        var current = Activity.Current;
        using (var span = Traces.Source.StartActivity($"send {type}", ActivityKind.Producer, trace.ToActivityContext(), startTime: startTime))
        {
            span.Describe(System, "send", type, id);
            if (failure is not null) span.Fail(failure.Reason);
        }

        Activity.Current = current;
    }

    /// <summary>Starts the span of handling an event, in the trace in which its order was changed.</summary>
    public static Activity? StartProcess(ConsumeResult<byte[], byte[]> consumed)
    {
        if (!Traces.Source.HasListeners()) return null;

        var span = Traces.Continue($"process {consumed.Topic}", ActivityKind.Consumer, CloudEventHeaders.TraceOf(consumed.Message.Headers));
        span.Describe(System, "process", consumed.Topic, id: null);
        span?.SetTag("messaging.destination.partition.id", consumed.Partition.Value);
        span?.SetTag("messaging.kafka.offset", consumed.Offset.Value);
        return span;
    }
}
