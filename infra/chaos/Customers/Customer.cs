using System.Text.Json;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>Runs errands: places the order, and does with it afterwards what the errand says. Writes everything down.</summary>
internal sealed class Customer(Api api, Shop shop, Tokens tokens, LedgerFile ledger)
{
    /// <summary>How long an order that is short of something may take to fail before an admin looks at it.</summary>
    private static readonly TimeSpan BeforeReopening = TimeSpan.FromSeconds(2);

    public async Task Run(Errand errand)
    {
        if (await Place(errand) is not { } order) return;
        if (errand.Then == Afterwards.Nothing) return;

        await Task.Delay(errand.After);
        await (errand.Then switch
        {
            Afterwards.Read => Read(errand, order),
            Afterwards.Cancel => Do(Asked.Cancel, errand, order, HttpMethod.Patch, "/status", new { status = "cancelled" }),
            Afterwards.Delete => Do(Asked.Delete, errand, order, HttpMethod.Delete, "", null),
            _ => Reopen(errand, order),
        });
    }

    /// <summary>Places the errand's order, or asks for it again; the id it was given, where there was an answer.</summary>
    public async Task<long?> Place(Errand errand)
    {
        var user = shop.Customer(errand.Customer);
        var (tries, body) = await api.Ask(new(HttpMethod.Post, "/orders", tokens.Of(user), new { userId = user, items = errand.Items }, errand.Key));
        var order = tries[^1].Status == 201 ? Field(body, "id").GetInt64() : (long?)null;
        await ledger.Add(new(Asked.Place, errand.Number, user, errand.Key, errand.Items, order, tries));
        return order;
    }

    private async Task<string> Read(Errand errand, long order) => await Do(Asked.Read, errand, order, HttpMethod.Get, "", null);

    /// <summary>An admin has an order that failed tried again; there may be pieces by now.</summary>
    private async Task Reopen(Errand errand, long order)
    {
        await Task.Delay(BeforeReopening);
        var body = await Read(errand, order);
        if (body.Length == 0 || Field(body, "status").GetString() != "failed") return;

        await Do(Asked.Reopen, errand, order, HttpMethod.Patch, "/status", new { status = "pending" }, asAdmin: true);
    }

    /// <summary>The body of the answer where it was a good one.</summary>
    private async Task<string> Do(Asked what, Errand errand, long order, HttpMethod method, string path, object? body, bool asAdmin = false)
    {
        var user = asAdmin ? tokens.Admin : shop.Customer(errand.Customer);
        var answer = await api.Ask(new(method, $"/orders/{order}{path}", tokens.Of(user), body));
        await ledger.Add(new(what, errand.Number, user, null, null, order, answer.Tries));
        return answer.Tries[^1].Status == 200 ? answer.Body : "";
    }

    private static JsonElement Field(string body, string name) => JsonDocument.Parse(body).RootElement.GetProperty(name);
}
