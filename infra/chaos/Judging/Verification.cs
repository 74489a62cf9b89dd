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

    /// <summary>The same for keys of changes of stock; where fewer needed several tries, others are used, too.</summary>
    private const int MostRepeatedChanges = 100;

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
        var repeatedChanges = await RepeatChanges(settings, ledger, api, shop, tokens);
        var events = EventsOf(settings);
        var stock = await StockOf(api, shop, tokens, ledger);
        var movements = new StockComparison(shop, ledger, stored, stock);
        Violation[] violations =
        [
            .. comparison.Unwritten(ErrandsOf(settings)), .. comparison.Violations(), .. comparison.Untold(events), .. comparison.Forgotten(repeats),
            .. comparison.Untimely(events), .. movements.Unwritten(ErrandsOf(settings)), .. movements.Violations(), .. movements.Unannounced(LevelsOf(settings)),
            .. repeatedChanges.Where(repeat => !repeat.IsDone)
                .Select(repeat => new Violation("forgotten", $"{repeat.What} {repeat.Key} was done, and is answered {repeat.Last.Status}")),
        ];

        await File.AppendAllLinesAsync(settings.ViolationsFile, violations.Select(violation => $"{violation.Kind}\t{Flat(violation.What)}"));
        await File.AppendAllLinesAsync(
            settings.CountsFile,
            [
                $"operations\t{ledger.Count}", $"acknowledged\t{comparison.Acknowledged.Count}", $"stored\t{stored.Count}", $"repeated\t{repeats.Count + repeatedChanges.Count}",
                $"products\t{stock.Count}", $"adjusted\t{Done(Asked.Adjust)}", $"restocked\t{Done(Asked.Restock)}", $"imported\t{Done(Asked.Import)}",
                $"crossings\t{movements.CountCrossings()}", $"confirmed\t{stored.Count(order => order.Status == "confirmed")}",
                $"fulfilled\t{stored.Count(order => order.Status == "fulfilled")}", $"expired\t{stored.Count(order => order.IsExpired)}",
            ]);

        int Done(Asked what) => ledger.Count(operation => operation.What == what && operation.IsDone);
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

    /// <summary>Makes changes of stock again, with the same keys: nothing is to be changed by that.</summary>
    private static async Task<IReadOnlyList<Operation>> RepeatChanges(ChaosSettings settings, IReadOnlyList<Operation> ledger, Api api, Shop shop, Tokens tokens)
    {
        var file = Path.Combine(settings.Directory, "repeated-changes.jsonl");
        await using (var written = new LedgerFile(file))
        {
            var admin = new Admin(api, tokens, written);
            var done = ledger.Where(operation => operation is { IsStockChange: true, IsDone: true }).OrderByDescending(operation => operation.Tries.Count > 1);
            foreach (var operation in done.Take(MostRepeatedChanges)) await admin.Make(shop.Change(operation.Number)!);
        }

        return LedgerFile.Read(file);
    }

    /// <summary>Every product that was there at first or may have been imported, with its movements.</summary>
    private static async Task<List<StoredStock>> StockOf(Api api, Shop shop, Tokens tokens, IEnumerable<Operation> ledger)
    {
        var stock = new List<StoredStock>();
        var imported = ledger.Where(operation => operation.What == Asked.Import).SelectMany(operation => operation.Items!).Select(line => line.ProductId);
        foreach (var id in shop.Products.Select(product => product.ProductId).Union(imported))
        {
            if (await Find<StoredProduct>(api, $"/inventory/{id}", tokens.Of(tokens.Admin)) is { } product)
                stock.Add(new(product, await MovementsOf(api, id, tokens)));
        }

        return stock;
    }

    private static async Task<List<StoredMovement>> MovementsOf(Api api, string product, Tokens tokens)
    {
        var movements = new List<StoredMovement>();
        string? cursor = null;
        do
        {
            var further = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await Get<MovementPage>(api, $"/inventory/{product}/movements?limit={PageLimit}{further}", tokens.Of(tokens.Admin));
            movements.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        movements.Reverse();
        return movements;
    }

    private static async Task<T> Get<T>(Api api, string path, string token)
        where T : class => await Find<T>(api, path, token) ?? throw new InvalidOperationException($"{path} was answered 404");

    /// <summary>Null where there is no such thing.</summary>
    private static async Task<T?> Find<T>(Api api, string path, string token)
        where T : class
    {
        var (tries, body) = await api.Ask(new(HttpMethod.Get, path, token));
        return tries[^1].Status switch
        {
            200 => JsonSerializer.Deserialize<T>(body, Json),
            404 => null,
            var other => throw new InvalidOperationException($"{path} was answered {other} {body}"),
        };
    }

    private static int ErrandsOf(ChaosSettings settings) => File.ReadLines(settings.CountsFile).Select(line => line.Split('\t'))
        .Where(columns => columns[0] == ChaosSettings.Errands).Select(columns => int.Parse(columns[1], CultureInfo.InvariantCulture)).Single();

    private static List<PublishedEvent> EventsOf(ChaosSettings settings) =>
    [
        .. File.ReadLines(settings.RecordsFile).Select(line => line.Split('\t'))
            .Where(columns => columns[5].Contains(settings.Name, StringComparison.Ordinal))
            .Select(columns => JsonSerializer.Deserialize<PublishedEvent>(columns[5], Json)! with { Topic = columns[0] }),
    ];

    private static List<PublishedLevel> LevelsOf(ChaosSettings settings) =>
    [
        .. File.ReadLines(settings.LevelsFile).Select(line => line.Split('\t'))
            .Where(columns => columns[5].Contains(settings.Name, StringComparison.Ordinal))
            .Select(columns => JsonSerializer.Deserialize<PublishedLevel>(columns[5], Json)! with
            {
                Topic = columns[0], Partition = columns[1], Key = columns[3], Id = Header("ce_id", columns[4]),
            }),
    ];

    private static string Header(string name, string headers) =>
        headers.Split(',').Where(header => header.StartsWith($"{name}=", StringComparison.Ordinal)).Select(header => header[(name.Length + 1)..]).FirstOrDefault("");

    private static string Flat(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
