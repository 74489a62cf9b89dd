using System.ComponentModel.DataAnnotations;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>How this process sends notifications. Settings <c>Notifications__Worker__*</c>.</summary>
internal sealed class WorkerOptions : IValidatableObject
{
    public const string Section = "Notifications:Worker";

    /// <summary>What a send leaves of its lease at least. A job whose claim is older is not sent, and were this nothing, none ever would be.</summary>
    private static readonly TimeSpan LeastMargin = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether this process sends any.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many are sent at the same time, where the sender can send as many.</summary>
    [Range(1, 1_024)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How often sending is tried before the job is given up. What is said here of attempts and delays holds where <see cref="UseMailDefaults"/> was not called.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The delay after the first failed attempt; it doubles with each one after it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the doubling ends.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The part of a delay by which it may be longer or shorter.</summary>
    [Range(0.0, 0.9)]
    public double Jitter { get; set; } = 0.2;

    /// <summary>How long a claimed job is this worker's; after that another takes it over.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one send may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How soon an empty queue is asked again; the pause doubles while it stays empty.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause between two looks into an empty queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>When a failed attempt is followed by another.</summary>
    public RetrySchedule RetrySchedule => new(MaxAttempts, BaseDelay, MaxDelay, Jitter);

    /// <summary>The defaults for mails, where more than an hour lies between the first attempt and the last: greylisting, full disks and restarts are over by then.</summary>
    public void UseMailDefaults() => (MaxAttempts, BaseDelay, MaxDelay) = (12, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(15));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Lease - SendTimeout < LeastMargin)
        {
            yield return new($"a send must be cut off {LeastMargin.TotalMilliseconds} ms before its lease ends or sooner, and {SendTimeout} is too close to {Lease}", [nameof(SendTimeout), nameof(Lease)]);
        }

        if (BaseDelay > MaxDelay) yield return new($"{BaseDelay} is more than {MaxDelay}", [nameof(BaseDelay), nameof(MaxDelay)]);
        if (MinPollInterval > MaxPollInterval) yield return new($"{MinPollInterval} is more than {MaxPollInterval}", [nameof(MinPollInterval), nameof(MaxPollInterval)]);
    }
}
