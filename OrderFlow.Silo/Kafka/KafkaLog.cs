using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>librdkafka's own lines. It repeats itself many times a second while a broker is away, so they are for debugging; <see cref="KafkaState"/> says what operators need.</summary>
internal static partial class KafkaLog
{
    public static void Pass(ILogger log, LogMessage line) => LogLine(log, line.Name, line.Facility, line.Message);

    [LoggerMessage(LogLevel.Debug, "{Client} {Facility}: {Text}")]
    private static partial void LogLine(ILogger log, string client, string facility, string text);

    [LoggerMessage(LogLevel.Debug, "A client of Kafka could not be closed: {Reason}")]
    public static partial void NotClosed(ILogger log, string reason);
}
