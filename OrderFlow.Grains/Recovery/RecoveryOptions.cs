using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrderFlow.Recovery;

/// <summary>How recovery resumes stalled orders and sweeps what has expired. Settings <c>Recovery__*</c>.</summary>
internal sealed class RecoveryOptions : IValidatableObject
{
    public const string Section = "Recovery";

    /// <summary>The time between two runs, and how long an unsettled order must be unchanged to count as stalled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most orders that one batch resumes.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>How many orders of a batch are resumed at the same time.</summary>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How long the id of a deleted order stays taken.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan DeletedOrderRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a released reservation refuses late calls; longer than any call can be in flight.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan ReleasedReservationRetention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an <c>Idempotency-Key</c> returns the order that it was first used for.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan IdempotencyKeyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A key whose order is gone would place the order again.
        if (DeletedOrderRetention < IdempotencyKeyRetention)
        {
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"must be at least {Section}__{nameof(IdempotencyKeyRetention)} ({IdempotencyKeyRetention}), but is {DeletedOrderRetention}"),
                [nameof(DeletedOrderRetention)]);
        }
    }
}
