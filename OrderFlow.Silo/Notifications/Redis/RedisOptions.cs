using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Where the queue of notifications is, and how much of it is kept. Settings <c>Redis__*</c>.</summary>
internal sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Redis";

    /// <summary>A StackExchange.Redis configuration string. Time-outs, and what happens while Redis is away, are <see cref="RedisConnection"/>'s own.</summary>
    [Required(ErrorMessage = "Redis__ConnectionString is not set: the silo needs a StackExchange.Redis configuration string, such as 127.0.0.1:6379,password=…")]
    public string ConnectionString { get; set; } = "";

    /// <summary>What the queue's keys begin with, as a hash tag: all of them are on one node of a cluster.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9:._-]{1,64}", ErrorMessage = "Redis__Queue must be 1 to 64 letters, digits and :._-")]
    public string Queue { get; set; } = "orderflow:notifications";

    /// <summary>Whether a Redis may be used whose eviction policy or persistence can lose jobs. It is said at each start.</summary>
    public bool AllowDataLoss { get; set; }

    /// <summary>How long the id of a job that was sent, given up or purged is remembered: an event delivered again within that time is no new job.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan CompletedRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>About how many messages are kept after they were sent.</summary>
    [Range(0, 1_000_000)]
    public int HistoryLimit { get; set; } = 10_000;

    /// <summary>The most dead letters that are kept; beyond it the oldest go.</summary>
    [Range(1, 1_000_000)]
    public int DeadLetterLimit { get; set; } = 100_000;

    /// <summary>How many workers of one attempt may die before its job is given up.</summary>
    [Range(1, 1_000)]
    public int MaxReclaims { get; set; } = 10;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Problem() is { } problem) yield return new($"Redis__ConnectionString is no StackExchange.Redis configuration string: {problem}", [nameof(ConnectionString)]);
    }

    private string? Problem()
    {
        try
        {
            return ConfigurationOptions.Parse(ConnectionString).EndPoints.Count == 0 ? "it names no server" : null;
        }
        catch (ArgumentException error)
        {
            return error.Message;
        }
    }
}
