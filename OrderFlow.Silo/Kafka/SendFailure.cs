using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Why a message was not acknowledged.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsForGood">True where it is the message that Kafka does not take, now or later; else Kafka is away.</param>
internal sealed record SendFailure(string Reason, bool IsForGood = false)
{
    public static SendFailure Of(Error error) => new(
        error.Reason,
        error.Code is Confluent.Kafka.ErrorCode.MsgSizeTooLarge or Confluent.Kafka.ErrorCode.InvalidMsg or Confluent.Kafka.ErrorCode.InvalidRecord
            or Confluent.Kafka.ErrorCode.Local_InvalidArg);
}
