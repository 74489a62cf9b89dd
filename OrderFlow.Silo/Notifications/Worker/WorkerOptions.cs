using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>How this process sends notifications. Settings <c>Notifications__Worker__*</c>.</summary>
internal sealed class WorkerOptions : IValidatableObject
{
    public const string Section = "Notifications:Worker";

    /// <summary>The least time from the time-out of a send to the end of its lease. Jobs whose claim took longer are released; without a margin all would be.</summary>
    private static readonly TimeSpan MinLeaseMargin = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether this process sends notifications.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many notifications are sent at once, where the sender can send as many.</summary>
    [Range(1, 1_024)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How many attempts a job has before it is dead-lettered. <see cref="UseMailDefaults"/> has other defaults for this and the delays.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The delay after the first failed attempt; it doubles with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the doubling ends.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The part of a delay, 0 to 0.9, by which it varies either way.</summary>
    [Range(0.0, 0.9)]
    public double Jitter { get; set; } = 0.2;

    /// <summary>How long a claimed job belongs to this worker; after that, another one may reclaim it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one send may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How soon an empty queue is polled again; the interval doubles while it stays empty.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest interval between two polls of an empty queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The delays between attempts.</summary>
    public ExponentialBackoff Backoff => new(BaseDelay, MaxDelay, Jitter);

    /// <summary>Sets the defaults for mails, whose attempts span more than an hour: by then greylisting, full disks and restarts are over.</summary>
    public void UseMailDefaults() => (MaxAttempts, BaseDelay, MaxDelay) = (12, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(15));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Lease - SendTimeout < MinLeaseMargin)
        {
            yield return new(
                $"the send time-out must be at least {MinLeaseMargin.TotalMilliseconds} ms less than the lease, but they are {SendTimeout} and {Lease}",
                [nameof(SendTimeout), nameof(Lease)]);
        }

        if (BaseDelay > MaxDelay) yield return new($"the base delay {BaseDelay} must be at most the maximum delay {MaxDelay}", [nameof(BaseDelay), nameof(MaxDelay)]);
        if (MinPollInterval > MaxPollInterval)
            yield return new($"the minimum interval {MinPollInterval} must be at most the maximum interval {MaxPollInterval}", [nameof(MinPollInterval), nameof(MaxPollInterval)]);
    }
}
