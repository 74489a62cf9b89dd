using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>Why a message was not acknowledged.</summary>
/// <param name="Reason">For logs and operators.</param>
/// <param name="IsPermanent">True where Kafka will never take the message.</param>
/// <param name="IsRejection">True where Kafka was reached and rejected this message, or another one of its batch; false where its partition takes none.</param>
/// <param name="IsTimestampRejected">True where it was rejected for its timestamp.</param>
internal sealed record SendFailure(string Reason, bool IsPermanent = false, bool IsRejection = false, bool IsTimestampRejected = false)
{
    public static SendFailure Of(Error error)
    {
        var isPermanent = error.Code is Confluent.Kafka.ErrorCode.MsgSizeTooLarge or Confluent.Kafka.ErrorCode.InvalidMsg
            or Confluent.Kafka.ErrorCode.InvalidRecord or Confluent.Kafka.ErrorCode.Local_InvalidArg;
        var isTimestampRejected = error.Code == Confluent.Kafka.ErrorCode.InvalidTimestamp;
        var isRejection = isPermanent || isTimestampRejected || error.Code == Confluent.Kafka.ErrorCode.Local_InvalidDifferentRecord;
        return new(error.Reason, isPermanent, isRejection, isTimestampRejected);
    }
}
