using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Kafka;

/// <summary>Which events customers are told of. Settings <c>Notifications__*</c>.</summary>
internal sealed class ConsumerOptions : IValidatableObject
{
    public const string Section = "Notifications";

    private static readonly string[] Known = [Topics.Created, Topics.Reserved, Topics.Failed, Topics.Cancelled, Topics.Reopened];

    /// <summary>Types of events, apart by commas.</summary>
    [Required]
    public string Events { get; set; } = $"{Topics.Reserved},{Topics.Failed}";

    /// <summary>How old an event may be that is still notified; older ones are counted. No longer than ids are remembered, an event delivered again is never a second notification.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan MaxEventAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The topics to read.</summary>
    public IReadOnlyList<string> EventTopics => Events.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (EventTopics.Count == 0) yield return new("names no type of event", [nameof(Events)]);
        if (EventTopics.Except(Known).FirstOrDefault() is { } unknown)
            yield return new($"there are no events of type '{unknown}'; there are {string.Join(", ", Known)}", [nameof(Events)]);
    }
}
