using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>Streams of live events: the section <c>Live</c>.</summary>
internal sealed class LiveOptions : IValidatableObject
{
    public const string Section = "Live";

    /// <summary>The upper bound of <see cref="MaxStreams"/>: the rest of <see cref="HttpSetup.MaxConnections"/> is for requests.</summary>
    public const int MaxStreamsLimit = 9_000;

    /// <summary>The lower bound of <see cref="HeartbeatInterval"/>.</summary>
    public static readonly TimeSpan MinHeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>The upper bound of <see cref="HeartbeatInterval"/>; proxies may close connections that are silent for longer.</summary>
    public static readonly TimeSpan MaxHeartbeatInterval = TimeSpan.FromMinutes(5);

    /// <summary>How often a stream sends a heartbeat, and checks for missed changes.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most streams at once, at this process.</summary>
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>The most streams of one user at once.</summary>
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
