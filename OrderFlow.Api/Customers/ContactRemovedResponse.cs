namespace OrderFlow.Api.Customers;

/// <summary>From what a customer's contact was removed; a repeated request counts only what was left.</summary>
/// <param name="Orders">Orders.</param>
/// <param name="Notifications">Notifications that were not sent yet.</param>
internal sealed record ContactRemovedResponse(long Orders, long Notifications);
