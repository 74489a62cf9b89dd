using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Kafka;

public sealed class KafkaOutages
{
    private readonly FakeTimeProvider _time = new();
    private readonly KafkaAvailability _kafka;

    public KafkaOutages() => _kafka = new(_time, NullLogger<KafkaAvailability>.Instance);

    [Fact]
    public void Kafka_is_unavailable_until_it_acknowledges_a_message()
    {
        Assert.False(_kafka.IsAvailable);

        _kafka.Acknowledged();

        Assert.True(_kafka.IsAvailable);
    }

    [Fact]
    public void Kafka_that_was_unreachable_is_available_once_it_responds()
    {
        _kafka.Acknowledged();
        _kafka.Unreachable("all brokers are down");
        Assert.EndsWith(": all brokers are down", _kafka.UnavailableReason, StringComparison.Ordinal);

        _kafka.Responded();

        Assert.True(_kafka.IsAvailable);
    }

    [Fact]
    public void Kafka_that_responds_and_takes_no_message_is_unavailable_until_it_takes_one()
    {
        _kafka.Acknowledged();
        _kafka.NotAcknowledged("too few replicas");
        _time.Advance(KafkaAvailability.FailureRetention - TimeSpan.FromSeconds(1));
        _kafka.Responded();
        Assert.False(_kafka.IsAvailable);

        _kafka.Acknowledged();
        _kafka.Unreachable("all brokers are down");
        _kafka.Responded();

        Assert.True(_kafka.IsAvailable);
    }

    [Fact]
    public void Without_further_messages_a_response_is_enough_after_a_while()
    {
        _kafka.Acknowledged();
        _kafka.NotAcknowledged("too few replicas");
        _time.Advance(KafkaAvailability.FailureRetention);

        _kafka.Responded();

        Assert.True(_kafka.IsAvailable);
    }

    [Fact]
    public void A_cause_that_needs_repair_is_reported_once_in_place_of_brokers_that_are_down()
    {
        using var log = new LogLines();
        using var logs = new LoggerFactory([log]);
        var kafka = new KafkaAvailability(_time, logs.CreateLogger<KafkaAvailability>());

        kafka.Unreachable("2/2 brokers are down");
        for (var n = 0; n < 3; n++)
        {
            kafka.ReportError(new(Confluent.Kafka.ErrorCode.Local_Authentication, $"SASL authentication error: bad password (after {n} ms)"));
            kafka.Unreachable("2/2 brokers are down");
        }

        Assert.EndsWith(": SASL authentication error: bad password (after 2 ms)", kafka.UnavailableReason, StringComparison.Ordinal);
        Assert.Equal(2, log.All.Length);
        Assert.Contains("bad password", log.All.Last(), StringComparison.Ordinal);

        _time.Advance(KafkaAvailability.CauseRetention);
        kafka.Unreachable("2/2 brokers are down");
        Assert.EndsWith(": 2/2 brokers are down", kafka.UnavailableReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_errors_of_the_client_are_not_reported_as_cause()
    {
        _kafka.Unreachable("2/2 brokers are down");
        _kafka.ReportError(new(Confluent.Kafka.ErrorCode.Local_Transport, "disconnected"));
        Assert.EndsWith(": 2/2 brokers are down", _kafka.UnavailableReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_that_takes_no_messages_while_others_do_is_a_problem_and_Kafka_is_available()
    {
        TopicPartition failing = new("order.created", 1), other = new("order.created", 0);
        _kafka.Acknowledged(other);
        _kafka.NotAcknowledged("Local: Message timed out", failing);
        Assert.True(_kafka.IsAvailable);

        _kafka.Acknowledged(other);
        Assert.True(_kafka.IsAvailable);
        Assert.Equal("1 partitions take no messages, such as order.created/1: Local: Message timed out", _kafka.Problem);
        Assert.Equal(1, _kafka.FailingPartitions);

        _kafka.Acknowledged(failing);
        Assert.Null(_kafka.Problem);
    }

    [Fact]
    public void Kafka_is_unavailable_where_a_partition_takes_nothing_and_no_other_has_taken_something_lately()
    {
        _kafka.Acknowledged(new("order.created", 0));
        _time.Advance(KafkaProducer.MessageTimeout);
        _kafka.NotAcknowledged("Local: Message timed out", new("order.created", 1));

        Assert.EndsWith(": Local: Message timed out", _kafka.UnavailableReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_that_nobody_sends_to_any_more_is_forgotten()
    {
        TopicPartition failing = new("order.created", 1);
        _kafka.Acknowledged();
        _kafka.NotAcknowledged("Local: Message timed out", failing);
        Assert.Equal([failing], _kafka.FailingFor(TimeSpan.Zero));
        Assert.Empty(_kafka.FailingFor(TimeSpan.FromSeconds(1)));

        _time.Advance(KafkaAvailability.FailureRetention + TimeSpan.FromSeconds(1));
        Assert.Null(_kafka.Problem);
        Assert.Equal(0, _kafka.FailingPartitions);
    }
}
