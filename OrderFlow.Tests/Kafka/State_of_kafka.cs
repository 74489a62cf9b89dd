using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Silo.Kafka;

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
}
