using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Orders;

/// <summary>The body of <c>POST /orders</c>. Members are nullable so that a missing one can be named.</summary>
/// <param name="UserId">Whose order it will be.</param>
/// <param name="Items">The lines, 1 to <see cref="Limits.OrderLines"/>.</param>
/// <param name="TotalAmount">The total the client agrees to; absent or null for no price check.</param>
internal sealed record PlaceOrderRequest(string? UserId, OrderLineRequest?[]? Items, decimal? TotalAmount) : IRequestBody<PlaceOrderRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<PlaceOrderRequest> Json => RequestJson.Default.PlaceOrderRequest;

    /// <inheritdoc/>
    public void Check(ValidationErrors violations)
    {
        violations.Add("userId", TextId.ValidateUserId(UserId));
        if (TotalAmount is not null) violations.Add("totalAmount", Money.Validate(TotalAmount, Limits.TotalAmount));

        if (Items is null) violations.Add("items", "is required");
        else if (Items.Length is 0 or > Limits.OrderLines) violations.Add("items", $"must have 1 to {Limits.OrderLines} lines");
        else
            for (var i = 0; i < Items.Length; i++) Check(Items[i], i, violations);
    }

    /// <summary>The command, once the body was found good.</summary>
    public PlaceOrder ToCommand(Caller by) =>
        new(by, UserId!, ImmutableArray.Create(Array.ConvertAll(Items!, line => new OrderLine(line!.ProductId!, (int)line.Quantity!))), TotalAmount);

    private static void Check(OrderLineRequest? line, int index, ValidationErrors violations)
    {
        if (line is null)
        {
            violations.Add(Path(index, ""), "must be an object");
            return;
        }

        if (ProductIds.Validate(line.ProductId) is { } product) violations.Add(Path(index, ".productId"), product);
        if (UnitQuantity.Validate(line.Quantity, 1, Limits.Quantity) is { } quantity) violations.Add(Path(index, ".quantity"), quantity);
    }

    private static string Path(int index, string member) => string.Create(CultureInfo.InvariantCulture, $"items[{index}]{member}");
}

/// <summary>A line of <see cref="PlaceOrderRequest"/>.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Pieces, 1 to <see cref="Limits.Quantity"/>.</param>
internal sealed record OrderLineRequest(string? ProductId, long? Quantity);
