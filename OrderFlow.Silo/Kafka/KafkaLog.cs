using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Logs librdkafka's own lines. They repeat many times a second while a broker is down, hence the level; <see cref="KafkaAvailability"/> logs for operators.</summary>
internal static partial class KafkaLog
{
    public static void Write(ILogger log, LogMessage line) => LogLine(log, line.Name, line.Facility, line.Message);

    [LoggerMessage(LogLevel.Debug, "{Client} {Facility}: {Text}")]
    private static partial void LogLine(ILogger log, string client, string facility, string text);

    [LoggerMessage(LogLevel.Debug, "A Kafka client could not be closed: {Reason}")]
    public static partial void NotClosed(ILogger log, string reason);
}
