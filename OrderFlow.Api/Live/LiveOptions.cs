using System.ComponentModel.DataAnnotations;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>Streams of live events: the section <c>Live</c>.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>The upper bound of <see cref="MaxStreams"/>: the rest of <see cref="HttpSetup.MaxConnections"/> is for requests.</summary>
    public const int MaxStreamsLimit = 9_000;

    /// <summary>How often a stream sends a heartbeat, and checks for missed changes. Proxies may close connections that are silent for long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most streams at once, at this process.</summary>
    [Range(1, MaxStreamsLimit)]
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>The most streams of one user at once.</summary>
    [Range(1, MaxStreamsLimit)]
    public int MaxStreamsPerUser { get; set; } = 20;
}
