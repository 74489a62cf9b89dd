using Fluid.Values;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Orders;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>What templates can show, named in camelCase; they reach nothing else. What an event does not have is nil.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="UserId">The customer's id.</param>
/// <param name="Message">The summary in English.</param>
/// <param name="Locale">The locale of the templates.</param>
/// <param name="Currency">The shop's currency, ISO 4217.</param>
/// <param name="Date">The day of the event, as the locale writes it.</param>
/// <param name="Total">The order's total with its currency, as the locale writes it.</param>
/// <param name="Reason">Why the order failed, or was cancelled: one of <see cref="CancelReasons"/>, or an admin's text.</param>
/// <param name="Tracking">The parcel.</param>
/// <param name="Items">The first of the order's lines; empty where they are not known.</param>
/// <param name="MoreItems">How many lines follow.</param>
/// <param name="Subject">For layouts: the rendered subject.</param>
/// <param name="Content">For layouts: the event's rendered text or HTML.</param>
internal sealed record TextModel(
    long OrderId, string EventType, string UserId, string Message, string Locale, string? Currency, string? Date, string? Total, string? Reason,
    Tracking? Tracking, IReadOnlyList<OrderLine> Items, int MoreItems, string? Subject = null, StringValue? Content = null)
{
    /// <summary>The model of a job with details.</summary>
    public static TextModel Of(NotificationJob job, NotificationDetails details, string locale, LocaleFormats formats, string currency) => new(
        job.OrderId,
        job.EventType,
        job.UserId,
        job.Message,
        locale,
        currency.Length == 0 ? null : currency,
        details.OccurredAt is { } time ? formats.Day(time) : null,
        details.TotalAmount is { } amount ? formats.Money(amount, currency) : null,
        details.Reason is { Length: > 0 } reason ? reason : null,
        details.Tracking is { } tracking && TrackingRules.ValidateUrl(tracking.Url) is not null ? tracking with { Url = null } : details.Tracking,
        details.Items ?? [],
        details.MoreItems);
}
