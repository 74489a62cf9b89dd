using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>The queue of notifications in Redis, and how much of it is kept. Settings <c>Redis__*</c>.</summary>
internal sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Redis";

    /// <summary>A StackExchange.Redis configuration string. <see cref="RedisConnection"/> overrides its time-outs and reconnect policy.</summary>
    [Required(ErrorMessage = "Redis__ConnectionString is not set: the silo needs a StackExchange.Redis configuration string, such as 127.0.0.1:6379,password=…")]
    public string ConnectionString { get; set; } = "";

    /// <summary>The prefix of the queue's keys, as a hash tag: a cluster keeps all of them on one node.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9:._-]{1,64}", ErrorMessage = "Redis__Queue must be 1 to 64 letters, digits and :._-")]
    public string Queue { get; set; } = "orderflow:notifications";

    /// <summary>Whether a Redis is accepted whose eviction policy or persistence can lose jobs. Each start logs a warning.</summary>
    public bool AllowDataLoss { get; set; }

    /// <summary>How long the id of a sent, dead-lettered or purged job is kept: an event redelivered within that time is not enqueued again.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan CompletedRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>About how many sent messages are kept.</summary>
    [Range(0, 1_000_000)]
    public int HistoryLimit { get; set; } = 10_000;

    /// <summary>The most dead letters that are kept; beyond it the oldest are purged.</summary>
    [Range(1, 1_000_000)]
    public int DeadLetterLimit { get; set; } = 100_000;

    /// <summary>How many workers may die during one attempt before its job is dead-lettered.</summary>
    [Range(1, 1_000)]
    public int MaxReclaims { get; set; } = 10;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ConnectionStringError() is { } error) yield return new($"Redis__ConnectionString is not a valid StackExchange.Redis configuration string: {error}", [nameof(ConnectionString)]);
    }

    private string? ConnectionStringError()
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
