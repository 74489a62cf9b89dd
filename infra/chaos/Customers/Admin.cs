using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>Changes stock, the same change under one key until there is an answer. Writes everything down.</summary>
internal sealed class Admin(Api api, Tokens tokens, LedgerFile ledger)
{
    /// <summary>Makes a change, or asks for it again.</summary>
    public async Task Make(StockChange change)
    {
        var (path, body) = Request(change);
        var (tries, _) = await api.Ask(new(HttpMethod.Post, path, tokens.Of(tokens.Admin), body, change.Key));
        await ledger.Add(new(change.What, change.Number, tokens.Admin, change.Key, change.Items, null, tries));
    }

    private static (string Path, object Body) Request(StockChange change)
    {
        var (product, quantity) = change.Items[0];
        return change.What switch
        {
            Asked.Adjust => ($"/inventory/{product}/adjust", new { delta = quantity, reason = Shop.Reason(change.Key) }),
            Asked.Restock => ($"/inventory/{product}/restock", new { quantity }),
            Asked.Import => ("/inventory/import", new
            {
                items = change.Items.Select(line => new { productId = line.ProductId, availableQuantity = line.Quantity, unitPrice = Shop.UnitPrice }),
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.What, "is no change of stock"),
        };
    }
}
