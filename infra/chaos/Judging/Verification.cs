using System.Globalization;
using System.Text.Json;
using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>Looks at what there is after the faults, as customers and other services see it, and compares it with the ledger.</summary>
internal static class Verification
{
    /// <summary>The most keys that are used once more: those that needed several tries, the first ones.</summary>
    private const int MostRepeats = 500;

    private const int PageLimit = 100;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task Run(ChaosSettings settings)
    {
        var ledger = LedgerFile.Read(settings.LedgerFile);
        var shop = new Shop(settings.Name, settings.Seed);
        var tokens = new Tokens(settings.TokensFile);
        using var api = new Api(settings);

        var stored = new List<StoredOrder>();
        for (var customer = 1; customer <= Shop.Customers; customer++) stored.AddRange(await OrdersOf(api, shop.Customer(customer), tokens));
        var comparison = new Comparison(ledger, stored);
        var repeats = await Repeat(settings, comparison.Acknowledged, api, shop, tokens);
        var events = EventsOf(settings);
        Violation[] violations =
        [
            .. comparison.Unwritten(ErrandsOf(settings)), .. comparison.Violations(), .. comparison.Untold(events), .. comparison.Forgotten(repeats),
            .. comparison.Untimely(events), .. await Unbalanced(api, shop, tokens, stored),
        ];

        await File.AppendAllLinesAsync(settings.ViolationsFile, violations.Select(violation => $"{violation.Kind}\t{Flat(violation.What)}"));
        await File.AppendAllLinesAsync(
            settings.CountsFile,
            [
                $"operations\t{ledger.Count}", $"acknowledged\t{comparison.Acknowledged.Count}", $"stored\t{stored.Count}", $"repeated\t{repeats.Count}",
                $"products\t{shop.Products.Count()}", $"confirmed\t{stored.Count(order => order.Status == "confirmed")}",
                $"fulfilled\t{stored.Count(order => order.Status == "fulfilled")}", $"expired\t{stored.Count(order => order.IsExpired)}",
            ]);
    }

    private static async Task<List<StoredOrder>> OrdersOf(Api api, string user, Tokens tokens)
    {
        var orders = new List<StoredOrder>();
        string? cursor = null;
        do
        {
            var further = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await Get<OrderPage>(api, $"/orders?userId={user}&limit={PageLimit}{further}", tokens.Of(user));
            orders.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return orders;
    }

    /// <summary>Asks for orders again whose first answers were lost, with the same keys.</summary>
    private static async Task<List<Operation>> Repeat(ChaosSettings settings, IEnumerable<Operation> acknowledged, Api api, Shop shop, Tokens tokens)
    {
        var file = Path.Combine(settings.Directory, "repeats.jsonl");
        await using (var ledger = new LedgerFile(file))
        {
            var customer = new Customer(api, shop, tokens, ledger);
            foreach (var placed in acknowledged.Where(placed => placed.Tries.Count > 1).Take(MostRepeats)) await customer.Place(shop.Errand(placed.Number));
        }

        return [.. LedgerFile.Read(file)];
    }

    /// <summary>Pieces are available, reserved or gone with fulfilled orders, and together as many as there were.</summary>
    private static async Task<List<Violation>> Unbalanced(Api api, Shop shop, Tokens tokens, IEnumerable<StoredOrder> stored)
    {
        var violations = new List<Violation>();
        var fulfilled = stored.Where(order => order.Status == "fulfilled").SelectMany(order => order.Items).ToLookup(line => line.ProductId, line => line.Quantity);
        foreach (var (id, pieces) in shop.Products)
        {
            var product = await Get<StoredProduct>(api, $"/inventory/{id}", tokens.Of(tokens.Admin));
            var gone = fulfilled[id].Sum();
            if (product.AvailableQuantity + product.ReservedQuantity + gone != pieces || product.AvailableQuantity < 0)
                violations.Add(new(
                    "unbalanced", $"{id} has {product.AvailableQuantity} available and {product.ReservedQuantity} reserved of {pieces}, and {gone} are gone with orders"));
        }

        return violations;
    }

    private static async Task<T> Get<T>(Api api, string path, string token)
    {
        var (tries, body) = await api.Ask(new(HttpMethod.Get, path, token));
        return tries[^1].Status == 200
            ? JsonSerializer.Deserialize<T>(body, Json)!
            : throw new InvalidOperationException($"{path} was answered {tries[^1].Status} {body}");
    }

    private static int ErrandsOf(ChaosSettings settings) => File.ReadLines(settings.CountsFile).Select(line => line.Split('\t'))
        .Where(columns => columns[0] == ChaosSettings.Errands).Select(columns => int.Parse(columns[1], CultureInfo.InvariantCulture)).Single();

    private static List<PublishedEvent> EventsOf(ChaosSettings settings) =>
    [
        .. File.ReadLines(settings.RecordsFile).Select(line => line.Split('\t'))
            .Where(columns => columns[5].Contains(settings.Name, StringComparison.Ordinal))
            .Select(columns => JsonSerializer.Deserialize<PublishedEvent>(columns[5], Json)! with { Topic = columns[0] }),
    ];

    private static string Flat(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
