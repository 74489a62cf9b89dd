using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Kafka;

public sealed class State_of_kafka
{
    private readonly FakeTimeProvider _time = new();
    private readonly KafkaState _state;

    public State_of_kafka() => _state = new(_time, NullLogger<KafkaState>.Instance);

    [Fact]
    public void It_is_away_until_something_was_acknowledged()
    {
        Assert.False(_state.IsThere);

        _state.Acknowledged();

        Assert.True(_state.IsThere);
    }

    [Fact]
    public void One_that_could_not_be_reached_is_there_again_once_it_answers()
    {
        _state.Acknowledged();
        _state.Failed("all brokers are down");
        Assert.EndsWith(": all brokers are down", _state.Away, StringComparison.Ordinal);

        _state.Answered();

        Assert.True(_state.IsThere);
    }

    [Fact]
    public void One_that_answers_and_takes_no_message_stays_away_until_it_takes_one()
    {
        _state.Acknowledged();
        _state.Refused("too few replicas");
        _time.Advance(KafkaState.RefusalLasts - TimeSpan.FromSeconds(1));
        _state.Answered();
        Assert.False(_state.IsThere);

        _state.Acknowledged();
        _state.Failed("all brokers are down");
        _state.Answered();

        Assert.True(_state.IsThere);
    }

    [Fact]
    public void Where_nobody_sends_any_more_an_answer_is_enough_after_a_while()
    {
        _state.Acknowledged();
        _state.Refused("too few replicas");
        _time.Advance(KafkaState.RefusalLasts);

        _state.Answered();

        Assert.True(_state.IsThere);
    }

    [Fact]
    public void What_somebody_has_to_repair_is_said_in_place_of_brokers_that_are_down_and_once()
    {
        using var log = new LogLines();
        using var logs = new LoggerFactory([log]);
        var state = new KafkaState(_time, logs.CreateLogger<KafkaState>());

        state.Failed("2/2 brokers are down");
        for (var n = 0; n < 3; n++)
        {
            state.Explain(new(Confluent.Kafka.ErrorCode.Local_Authentication, $"SASL authentication error: bad password (after {n} ms)"));
            state.Failed("2/2 brokers are down");
        }

        Assert.EndsWith(": SASL authentication error: bad password (after 2 ms)", state.Away, StringComparison.Ordinal);
        Assert.Equal(2, log.All.Length);
        Assert.Contains("bad password", log.All.Last(), StringComparison.Ordinal);

        _time.Advance(KafkaState.CauseRetention);
        state.Failed("2/2 brokers are down");
        Assert.EndsWith(": 2/2 brokers are down", state.Away, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_s_other_errors_are_no_cause()
    {
        _state.Failed("2/2 brokers are down");
        _state.Explain(new(Confluent.Kafka.ErrorCode.Local_Transport, "disconnected"));
        Assert.EndsWith(": 2/2 brokers are down", _state.Away, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_that_takes_nothing_while_others_do_is_trouble_and_Kafka_is_there()
    {
        TopicPartition sick = new("order.created", 1), other = new("order.created", 0);
        _state.Acknowledged(other);
        _state.Refused("Local: Message timed out", sick);
        Assert.True(_state.IsThere);

        _state.Acknowledged(other);
        Assert.True(_state.IsThere);
        Assert.Equal("1 partitions take no messages, such as order.created/1: Local: Message timed out", _state.Trouble);
        Assert.Equal(1, _state.FailingPartitions);

        _state.Acknowledged(sick);
        Assert.Null(_state.Trouble);
    }

    [Fact]
    public void Kafka_is_away_where_a_partition_takes_nothing_and_no_other_has_taken_something_lately()
    {
        _state.Acknowledged(new("order.created", 0));
        _time.Advance(KafkaProducer.Patience);
        _state.Refused("Local: Message timed out", new("order.created", 1));

        Assert.EndsWith(": Local: Message timed out", _state.Away, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_that_nobody_tries_any_more_is_forgotten()
    {
        TopicPartition sick = new("order.created", 1);
        _state.Acknowledged();
        _state.Refused("Local: Message timed out", sick);
        Assert.Equal([sick], _state.FailingFor(TimeSpan.Zero));
        Assert.Empty(_state.FailingFor(TimeSpan.FromSeconds(1)));

        _time.Advance(KafkaState.RefusalLasts + TimeSpan.FromSeconds(1));
        Assert.Null(_state.Trouble);
        Assert.Equal(0, _state.FailingPartitions);
    }
}
