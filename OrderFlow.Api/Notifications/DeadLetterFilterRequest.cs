using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Lists;
using OrderFlow.Notifications;
using OrderFlow.Orders;

namespace OrderFlow.Api.Notifications;

/// <summary>The dead letters to replay or to purge: those that match every member. One is required, so that an empty body does not mean all.</summary>
/// <param name="Reason">What the reason contains, in the same case.</param>
/// <param name="EventType">The event type, such as <c>order.reserved</c>.</param>
/// <param name="Before">Those dead-lettered before this time (RFC 3339).</param>
internal sealed record DeadLetterFilterRequest(string? Reason, string? EventType, string? Before) : IRequestBody<DeadLetterFilterRequest>
{
    /// <summary>The longest part of a reason: as long as a whole one.</summary>
    public const int MaxReasonLength = 500;

    /// <summary>The event types of notifications.</summary>
    public static readonly IReadOnlyList<string> EventTypes = [.. OrderEventCatalogue.All.Where(type => type.Headline is not null).Select(type => type.Name)];

    /// <inheritdoc/>
    public static JsonTypeInfo<DeadLetterFilterRequest> Json => RequestJson.Default.DeadLetterFilterRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        if (Reason is null && EventType is null && Before is null) errors.Add(JsonErrors.Root, "must have one of reason, eventType and before");
        if (Reason is { Length: 0 or > MaxReasonLength }) errors.Add("reason", $"must have 1 to {MaxReasonLength} characters");
        if (EventType is not null && !EventTypes.Contains(EventType)) errors.Add("eventType", $"must be one of {string.Join(", ", EventTypes)}");
        if (Before is not null && TimeParameter.Parse(Before) is null) errors.Add("before", TimeParameter.Rule);
    }

    /// <summary>The filter of a valid body.</summary>
    public DeadLetterFilter ToFilter() => new(Reason, EventType, Before is null ? null : TimeParameter.Parse(Before));
}

/// <summary>How many dead letters were replayed or purged.</summary>
/// <param name="Count">Their number; of a request that was repeated after a lost answer it may be lower.</param>
/// <param name="IsComplete">False if there was no time for all that match: the same request continues.</param>
internal sealed record DeadLettersMovedResponse(int Count, bool IsComplete);
