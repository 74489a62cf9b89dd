using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>Creates the topics that Kafka does not have.</summary>
internal sealed partial class TopicCreation(KafkaProducer producer, ILogger<TopicCreation> log)
{
    public async Task CreateMissing(Metadata metadata)
    {
        var existing = metadata.Topics.Where(topic => topic.Error.Code != Confluent.Kafka.ErrorCode.UnknownTopicOrPart).Select(topic => topic.Topic);
        var missing = Topics.All.Except(existing).ToList();
        if (missing.Count == 0) return;

        try
        {
            await producer.CreateTopics(missing);
        }
        catch (CreateTopicsException error) when (error.Results.TrueForAll(IsCreated))
        {
            // Another silo was faster.
        }

        LogCreated(string.Join(", ", missing));
    }

    private static bool IsCreated(CreateTopicReport report) =>
        !report.Error.IsError || report.Error.Code == Confluent.Kafka.ErrorCode.TopicAlreadyExists;

    [LoggerMessage(LogLevel.Information, "Created the topics {Topics}")]
    private partial void LogCreated(string topics);
}
