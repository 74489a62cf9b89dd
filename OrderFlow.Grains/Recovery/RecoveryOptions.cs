using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Recovery;

/// <summary>How recovery resumes stalled orders and sweeps old rows. Settings <c>Recovery__*</c>.</summary>
internal sealed class RecoveryOptions : IValidatableObject
{
    public const string Section = "Recovery";

    /// <summary>The time between two runs, and how long an unsettled order must be unchanged to count as stalled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most orders that one batch resumes.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>The most orders that are resumed at the same time.</summary>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How long a deleted order's id stays taken.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan DeletedOrderRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a released reservation refuses its attempts; longer than any call can take to arrive.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan ReleasedReservationRetention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an <c>Idempotency-Key</c> is answered as the first time.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan IdempotencyKeyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long movements of stock are kept one by one; older ones are added up to one for each product.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan StockMovementRetention { get; set; } = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A deleted order must outlive its key, which would place it again.
        if (DeletedOrderRetention < IdempotencyKeyRetention)
            yield return new($"must be at least {Section}__{nameof(IdempotencyKeyRetention)}, {IdempotencyKeyRetention}", [nameof(DeletedOrderRetention)]);
    }
}
