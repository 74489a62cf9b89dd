namespace OrderFlow.Api.Orders;

/// <summary>Whom customers may have notified: the section <c>Notifications</c>.</summary>
internal sealed class ContactOptions
{
    public const string Section = "Notifications";

    /// <summary>Whether a customer may name an address that the token does not verify. The shop then mails strangers for anybody.</summary>
    public bool AllowUnverifiedContact { get; set; }
}
