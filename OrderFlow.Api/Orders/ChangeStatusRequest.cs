using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The body of <c>PATCH /orders/{id}/status</c>.</summary>
/// <param name="Status">The status to change to.</param>
/// <param name="CancelReason">With <c>cancelled</c>: an admin's own reason, which the customer reads; absent or null for none.</param>
/// <param name="Tracking">With <c>fulfilled</c>: where the parcel can be followed; absent for none.</param>
internal sealed record ChangeStatusRequest(string? Status, string? CancelReason, ChangeStatusTrackingRequest? Tracking) : IRequestBody<ChangeStatusRequest>
{
    /// <summary>The error of a text that is not a status; names are case-sensitive.</summary>
    public static readonly string UnknownStatus = $"must be one of {string.Join(", ", OrderStatusNames.Known.Select(OrderStatusNames.ToWireName))}";

    /// <inheritdoc/>
    public static JsonTypeInfo<ChangeStatusRequest> Json => RequestJson.Default.ChangeStatusRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        var status = Status is null ? null : OrderStatusNames.FromWireName(Status);
        if (Status is null) errors.Add("status", "is required");
        else if (status is null) errors.Add("status", UnknownStatus);

        if (CancelReason is not null) errors.Add("cancelReason", ValidateReason(status));
        if (Tracking is not null && status != OrderStatus.Fulfilled) errors.Add("tracking", "is allowed only with the status fulfilled");
        else Tracking?.Validate(errors);
    }

    /// <summary>The command of a valid body. Not a property: JSON would accept a member of that name too, and drop it.</summary>
    public ChangeStatus ToCommand(Caller by, IfVersion ifVersion) => new(
        OrderStatusNames.FromWireName(Status!) ?? throw new InvalidOperationException("The body was not validated."),
        by, ifVersion, CancelReason, Tracking is null ? null : new(Tracking.Carrier!, Tracking.Number!, Tracking.Url));

    private string? ValidateReason(OrderStatus? status) =>
        status != OrderStatus.Cancelled ? "is allowed only with the status cancelled"
        : CancelReasons.All.Contains(CancelReason!) ? $"must not be one of {string.Join(", ", CancelReasons.All)}, which say that no person gave a reason"
        : TextId.Validate(CancelReason, Limits.CancelReasonLength) ?? TextId.ValidateVisibleSentence(CancelReason!);
}

/// <summary>Where the parcel of a fulfilled order can be followed.</summary>
/// <param name="Carrier">Who carries it.</param>
/// <param name="Number">The carrier's number for it.</param>
/// <param name="Url">The page that shows where it is; absent or null for none.</param>
internal sealed record ChangeStatusTrackingRequest(string? Carrier, string? Number, string? Url)
{
    /// <summary>Adds what is wrong with it.</summary>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("tracking.carrier", TrackingRules.ValidateText(Carrier));
        errors.Add("tracking.number", TrackingRules.ValidateText(Number));
        errors.Add("tracking.url", TrackingRules.ValidateUrl(Url));
    }
}
