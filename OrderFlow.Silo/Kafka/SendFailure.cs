using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Why a message was not acknowledged.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsPermanent">True where it is the message that Kafka does not take, now or later.</param>
/// <param name="IsOfMessage">True where Kafka was reached, and refused this message or one that it was sent with; else its partition takes none, or Kafka is away.</param>
/// <param name="IsOfTime">True where it was refused for the time that it carries.</param>
internal sealed record SendFailure(string Reason, bool IsPermanent = false, bool IsOfMessage = false, bool IsOfTime = false)
{
    public static SendFailure Of(Error error)
    {
        var isForGood = error.Code is Confluent.Kafka.ErrorCode.MsgSizeTooLarge or Confluent.Kafka.ErrorCode.InvalidMsg
            or Confluent.Kafka.ErrorCode.InvalidRecord or Confluent.Kafka.ErrorCode.Local_InvalidArg;
        var isOfTime = error.Code == Confluent.Kafka.ErrorCode.InvalidTimestamp;
        return new(error.Reason, isForGood, isForGood || isOfTime || error.Code == Confluent.Kafka.ErrorCode.Local_InvalidDifferentRecord, isOfTime);
    }
}
