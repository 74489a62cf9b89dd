using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrderFlow.Recovery;

/// <summary>How soon orders that were left lying are taken up again. Settings <c>Recovery__*</c>.</summary>
internal sealed class RecoveryOptions : IValidatableObject
{
    public const string Section = "Recovery";

    /// <summary>Time between two looks, and how long an order must have been quiet to be taken up.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many orders one look takes up.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>How many of them are worked on at the same time.</summary>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How long a deleted order's id stays taken.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan DeletedOrderRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a released reservation refuses its tries; longer than any call can be on its way.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan ReleasedReservationRetention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an <c>Idempotency-Key</c> brings back the order it was first used for.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan IdempotencyKeyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The order answers for the key: were it gone first, the key would place it anew.
        if (DeletedOrderRetention < IdempotencyKeyRetention)
        {
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"{DeletedOrderRetention} is less than {Section}__{nameof(IdempotencyKeyRetention)}, {IdempotencyKeyRetention}"),
                [nameof(DeletedOrderRetention)]);
        }
    }
}
