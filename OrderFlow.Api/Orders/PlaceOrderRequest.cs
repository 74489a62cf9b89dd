using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Api.Orders;

/// <summary>An order to place.</summary>
/// <remarks>Members are nullable so that a missing one can be named.</remarks>
/// <param name="UserId">The user who owns the order.</param>
/// <param name="Items">The lines; a product may be in several.</param>
/// <param name="TotalAmount">The total the client agrees to; absent or null for no price check.</param>
/// <param name="ReserveFor">How long stock stays reserved unless the order is confirmed; absent or null for the shop's default.</param>
/// <param name="Contact">Whom to notify; absent or null for the token's own address.</param>
internal sealed record PlaceOrderRequest(
    string? UserId, PlaceOrderLineRequest?[]? Items, decimal? TotalAmount, string? ReserveFor = null, PlaceOrderContactRequest? Contact = null)
    : IRequestBody<PlaceOrderRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<PlaceOrderRequest> Json => RequestJson.Default.PlaceOrderRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("userId", TextId.ValidateUserId(UserId));
        if (TotalAmount is not null) errors.Add("totalAmount", Money.Validate(TotalAmount, Limits.TotalAmount));
        if (ReserveFor is not null && ReservationTime.Parse(ReserveFor) is null) errors.Add("reserveFor", $"must be {ReservationTime.Rule}");
        Contact?.Validate(errors);

        if (Items is null) errors.Add("items", "is required");
        else if (Items.Length is 0 or > Limits.OrderLines) errors.Add("items", $"must have 1 to {Limits.OrderLines} lines");
        else
            for (var i = 0; i < Items.Length; i++) Validate(Items[i], i, errors);
    }

    /// <summary>The command of a valid body.</summary>
    public PlaceOrder ToCommand(Caller by) =>
        new(by, UserId!, ImmutableArray.Create(Array.ConvertAll(Items!, line => new OrderLine(line!.ProductId!, (int)line.Quantity!))), TotalAmount,
            ReserveFor: ReserveFor is null ? null : ReservationTime.Parse(ReserveFor),
            Contact: Contact is null or { Email: null, Locale: null } ? null : new(Contact.Email, Contact.Locale));

    private static void Validate(PlaceOrderLineRequest? line, int index, ValidationErrors errors)
    {
        if (line is null)
        {
            errors.Add(Path(index, ""), "must be an object");
            return;
        }

        if (ProductIds.Validate(line.ProductId) is { } productError) errors.Add(Path(index, ".productId"), productError);
        if (UnitQuantity.Validate(line.Quantity, 1, Limits.Quantity) is { } quantityError) errors.Add(Path(index, ".quantity"), quantityError);
    }

    private static string Path(int index, string member) => string.Create(CultureInfo.InvariantCulture, $"items[{index}]{member}");
}

/// <summary>One line of an order.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Units.</param>
internal sealed record PlaceOrderLineRequest(string? ProductId, long? Quantity);

/// <summary>Whom to notify of an order.</summary>
/// <param name="Email">The mail address. Customers may only name the verified one of their token; absent or null for that.</param>
/// <param name="Locale">The language, a BCP 47 tag; absent or null for the shop's default.</param>
internal sealed record PlaceOrderContactRequest(string? Email, string? Locale)
{
    /// <summary>Adds what is wrong with it.</summary>
    public void Validate(ValidationErrors errors)
    {
        if (Email is not null) errors.Add("contact.email", EmailAddress.Validate(Email));
        if (Locale is not null) errors.Add("contact.locale", LanguageTag.Validate(Locale));
    }
}
