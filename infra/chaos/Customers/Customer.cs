using System.Text.Json;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>Runs errands: places the order, and does with it afterwards what the errand says. Writes everything down.</summary>
internal sealed class Customer(Api api, Shop shop, Tokens tokens, LedgerFile ledger)
{
    private static readonly object Confirmed = new { status = "confirmed" };

    /// <summary>How long an order that is short of something may take to fail before an admin looks at it.</summary>
    private static readonly TimeSpan BeforeReopening = TimeSpan.FromSeconds(2);

    /// <summary>Runs one errand.</summary>
    /// <param name="errand">The errand.</param>
    /// <param name="stop">Ends the pause after the order was placed, and the errand with it.</param>
    public async Task Run(Errand errand, CancellationToken stop)
    {
        if (await Place(errand) is not { } order) return;
        if (errand.Then == Afterwards.Nothing) return;

        await Task.Delay(errand.After, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stop.IsCancellationRequested) return;

        await (errand.Then switch
        {
            Afterwards.Read => Read(errand, order),
            Afterwards.Cancel => Change(Asked.Cancel, errand, order, new { status = "cancelled" }),
            Afterwards.Delete => Do(Asked.Delete, errand, order, HttpMethod.Delete, "", null),
            Afterwards.Confirm or Afterwards.Fulfil or Afterwards.ConfirmAndFulfil => ConfirmOrFulfil(errand, order),
            Afterwards.ConfirmLate => Change(Asked.Confirm, errand, order, Confirmed, Tokens.Payments),
            _ => Reopen(errand, order),
        });
    }

    /// <summary>Places the errand's order, or asks for it again; the id it was given, where there was an answer.</summary>
    public async Task<long?> Place(Errand errand)
    {
        var user = shop.Customer(errand.Customer);
        var (tries, body) = await api.Ask(new(HttpMethod.Post, "/orders", tokens.Of(user), new { userId = user, items = errand.Items, reserveFor = errand.ReserveFor }, errand.Key));
        var order = tries[^1].Status == 201 ? Field(body, "id").GetInt64() : (long?)null;
        await ledger.Add(new(Asked.Place, errand.Number, user, errand.Key, errand.Items, order, tries, errand.ReserveFor));
        return order;
    }

    private async Task<string> Read(Errand errand, long order) => await Do(Asked.Read, errand, order, HttpMethod.Get, "", null);

    /// <summary>An admin has an order that failed tried again; there may be pieces by now.</summary>
    private async Task Reopen(Errand errand, long order)
    {
        await Task.Delay(BeforeReopening);
        if (!await Is("failed", errand, order)) return;

        await Change(Asked.Reopen, errand, order, new { status = "pending" }, tokens.Admin);
    }

    /// <summary>The shop confirms or fulfils an order that is reserved, or does the one and then the other.</summary>
    private async Task ConfirmOrFulfil(Errand errand, long order)
    {
        if (!await Is("reserved", errand, order)) return;

        if (errand.Then != Afterwards.Fulfil) await Change(Asked.Confirm, errand, order, Confirmed, Tokens.Payments);
        if (errand.Then == Afterwards.Confirm) return;

        await Change(Asked.Fulfil, errand, order, new { status = "fulfilled", tracking = Shop.Parcel(errand.Key) }, Tokens.Fulfilment);
    }

    private async Task<bool> Is(string status, Errand errand, long order)
    {
        var body = await Read(errand, order);
        return body.Length > 0 && Field(body, "status").GetString() == status;
    }

    private Task<string> Change(Asked what, Errand errand, long order, object body, string? by = null) => Do(what, errand, order, HttpMethod.Patch, "/status", body, by);

    /// <summary>The body of the answer where it was a good one.</summary>
    private async Task<string> Do(Asked what, Errand errand, long order, HttpMethod method, string path, object? body, string? by = null)
    {
        var user = by ?? shop.Customer(errand.Customer);
        var answer = await api.Ask(new(method, $"/orders/{order}{path}", tokens.Of(user), body));
        await ledger.Add(new(what, errand.Number, user, null, null, order, answer.Tries));
        return answer.Tries[^1].Status == 200 ? answer.Body : "";
    }

    private static JsonElement Field(string body, string name) => JsonDocument.Parse(body).RootElement.GetProperty(name);
}
