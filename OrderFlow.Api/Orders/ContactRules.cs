using Microsoft.Extensions.Options;
using OrderFlow.Api.Auth;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Api.Orders;

/// <summary>Decides whom to notify of a new order.</summary>
internal sealed class ContactRules(IOptions<ContactOptions> options)
{
    /// <summary>The command with the contact that the request names, and the default; or why the caller may not name it.</summary>
    public (PlaceOrder Command, string? Forbidden) Apply(PlaceOrder command, CurrentCaller current)
    {
        // An admin's own address is not that of the customer whom the order is for.
        var verified = command.UserId == current.Caller.UserId && current.VerifiedEmail is { } claim && EmailAddress.Validate(claim) is null ? claim : null;
        var withDefault = command with { DefaultContact = verified is null ? null : new(verified) };
        if (command.Contact?.Email is not { } email || current.Caller.IsAdmin || options.Value.AllowUnverifiedContact) return (withDefault, null);

        return verified is null ? (command, "contact.email is not verified: the token has no valid email with email_verified true.")
            : !EmailAddress.AreSame(email, verified) ? (command, "contact.email is not verified: the token has another email.")
            : (withDefault with { Contact = command.Contact with { Email = verified } }, null);
    }
}
