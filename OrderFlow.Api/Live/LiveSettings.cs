using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>Streams of events to those who follow orders: the section <c>Live</c> of the configuration.</summary>
internal sealed class LiveSettings : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Live";

    /// <summary>The most streams that can be set: what is left of <see cref="HttpSetup.MostConnections"/> is for requests.</summary>
    public const int MostStreams = 9_000;

    /// <summary>The shortest time between two signs of life that can be set.</summary>
    public static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two signs of life that can be set; whatever is between here and the reader may close what is silent for longer.</summary>
    public static readonly TimeSpan LongestHeartbeat = TimeSpan.FromMinutes(5);

    /// <summary>How often a stream gives a sign of life, and looks for what it may have missed.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many streams there may be at once, at this process.</summary>
    public int Streams { get; set; } = 1_000;

    /// <summary>How many of them one user may have.</summary>
    public int StreamsPerUser { get; set; } = 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Heartbeat < ShortestHeartbeat || Heartbeat > LongestHeartbeat)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{Heartbeat} is not from {ShortestHeartbeat} to {LongestHeartbeat}"), [nameof(Heartbeat)]);
        if (Streams is < 1 or > MostStreams)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{Streams} is not from 1 to {MostStreams}"), [nameof(Streams)]);
        if (StreamsPerUser is < 1 or > MostStreams)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{StreamsPerUser} is not from 1 to {MostStreams}"), [nameof(StreamsPerUser)]);
    }
}
