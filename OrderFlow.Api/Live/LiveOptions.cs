using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>Streams of events to those who follow orders: the section <c>Live</c> of the configuration.</summary>
internal sealed class LiveOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Live";

    /// <summary>The most streams that can be set: what is left of <see cref="HttpSetup.MaxConnections"/> is for requests.</summary>
    public const int MaxStreamsLimit = 9_000;

    /// <summary>The shortest time between two signs of life that can be set.</summary>
    public static readonly TimeSpan MinHeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two signs of life that can be set; whatever is between here and the reader may close what is silent for longer.</summary>
    public static readonly TimeSpan MaxHeartbeatInterval = TimeSpan.FromMinutes(5);

    /// <summary>How often a stream gives a sign of life, and looks for what it may have missed.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many streams there may be at once, at this process.</summary>
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>How many of them one user may have.</summary>
    public int MaxStreamsPerUser { get; set; } = 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HeartbeatInterval < MinHeartbeatInterval || HeartbeatInterval > MaxHeartbeatInterval)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{HeartbeatInterval} is not from {MinHeartbeatInterval} to {MaxHeartbeatInterval}"), [nameof(HeartbeatInterval)]);
        if (MaxStreams is < 1 or > MaxStreamsLimit)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{MaxStreams} is not from 1 to {MaxStreamsLimit}"), [nameof(MaxStreams)]);
        if (MaxStreamsPerUser is < 1 or > MaxStreamsLimit)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{MaxStreamsPerUser} is not from 1 to {MaxStreamsLimit}"), [nameof(MaxStreamsPerUser)]);
    }
}
