using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>What a customer, or the shop, does with an order once it is placed.</summary>
internal enum Afterwards
{
    Nothing,
    Read,
    Cancel,
    Delete,
    Reopen,
    Confirm,
    Fulfil,
    ConfirmAndFulfil,

    /// <summary>About when its reservation expires.</summary>
    ConfirmLate,
}

/// <summary>One customer's intentions.</summary>
internal sealed record Errand(int Number, int Customer, string Key, IReadOnlyList<Line> Items, Afterwards Then, TimeSpan After, string? ReserveFor = null);

/// <summary>What an admin changes of the stock, as <see cref="Operation"/> has it.</summary>
internal sealed record StockChange(Asked What, int Number, string Key, IReadOnlyList<Line> Items);

/// <summary>
/// The products there are and what is ordered of them. A few are hot: every second order has one. A few are scarce: what is ordered of them is soon more than
/// there is. All others never run out.
/// </summary>
internal sealed class Shop(string name, int seed)
{
    public const int Plenty = 500_000_000;
    public const int Scarcity = 300;

    public const decimal UnitPrice = 9.99m;

    /// <summary>What orders that expire ask for: the shortest time that the API accepts.</summary>
    public const string ReserveFor = "PT1M";

    /// <summary>The same time.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>How many customers there are.</summary>
    public const int Customers = 40;

    private const int Hot = 2;
    private const int Usual = 20;
    private const int Scarce = 3;
    private const int MostLines = 3;
    private const int MostPieces = 5;
    private const double HotShare = 0.5;
    private const double ScarceShare = 0.08;
    private const double ExpiringShare = 0.2;
    private const double AdjustedShare = 0.04;
    private const double RestockedShare = 0.03;
    private const double ImportedShare = 0.005;
    private const int MostAdjusted = 3;
    private const int MostRestocked = 6;   // what is scarce stays so
    private const int ImportedRows = 5;

    /// <summary>What an import sets differs by more than orders that end meanwhile can give back: each import is seen in the movements.</summary>
    private const int BetweenImports = 1_000;

    private const int ImportsApart = 100_000;

    /// <summary>The low-stock thresholds of what is scarce: one is crossed soon in every run, the others later, among the faults.</summary>
    private static readonly int[] Thresholds = [285, 250, 150];

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>A late confirmation is sent so long before the reservation expires, or up to <see cref="LongestPause"/> later.</summary>
    private static readonly TimeSpan BeforeExpiry = TimeSpan.FromSeconds(1);

    /// <summary>Every product, and how many pieces there are of it at first.</summary>
    public IEnumerable<(string ProductId, int Pieces)> Products =>
        Enumerable.Range(1, Hot).Select(n => ($"{name}-hot-{n}", Plenty))
            .Concat(Enumerable.Range(1, Usual).Select(n => ($"{name}-usual-{n}", Plenty)))
            .Concat(Enumerable.Range(1, Scarce).Select(n => ($"{name}-scarce-{n}", Scarcity)));

    public static bool IsScarce(string productId) => productId.Contains("-scarce-", StringComparison.Ordinal);

    /// <summary>The product's low-stock threshold; null for none.</summary>
    public static int? Threshold(string productId) => IsScarce(productId) ? Thresholds[productId[^1] - '1'] : null;

    /// <summary>Why stock is adjusted: no two changes have one reason.</summary>
    public static string Reason(string key) => $"counted, {key}";

    public static decimal Price(IEnumerable<Line> items) => items.Sum(line => line.Quantity * UnitPrice);

    /// <summary>The parcel of the order with this key.</summary>
    public static Parcel Parcel(string key) => new("chaos", key);

    public string Customer(int number) => $"{name}-customer-{number}";

    /// <summary>The errand with this number: for a seed always the same, whoever runs it and when.</summary>
    public Errand Errand(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var items = Items(random);
        var then = random.NextDouble() switch
        {
            < 0.12 => Afterwards.Cancel,
            < 0.17 => Afterwards.Delete,
            < 0.30 => Afterwards.Read,
            < 0.38 => Afterwards.Confirm,
            < 0.46 => Afterwards.Fulfil,
            < 0.52 => Afterwards.ConfirmAndFulfil,
            < 0.55 => Afterwards.ConfirmLate,
            _ => items.Any(line => IsScarce(line.ProductId)) ? Afterwards.Reopen : Afterwards.Nothing,
        };
        var customer = random.Next(1, Customers + 1);
        var pause = LongestPause * random.NextDouble();
        var expires = random.NextDouble() < ExpiringShare;
        return then == Afterwards.ConfirmLate
            ? new(number, customer, $"{name}-{number}", items, then, Lifetime - BeforeExpiry + pause, ReserveFor)
            : new(number, customer, $"{name}-{number}", items, then, pause, expires ? ReserveFor : null);
    }

    /// <summary>What an admin changes while the errand with this number is run, the same for a seed; null for most.</summary>
    public StockChange? Change(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) ^ -number));
        return random.NextDouble() switch
        {
            < AdjustedShare => Of(Asked.Adjust, [new(Any(random), random.Next(1, MostAdjusted + 1) * (random.Next(2) == 0 ? 1 : -1))]),
            < AdjustedShare + RestockedShare => Of(Asked.Restock, [new(HotOrScarce(random), random.Next(1, MostRestocked + 1))]),
            < AdjustedShare + RestockedShare + ImportedShare => Of(Asked.Import, Imported(number, random)),
            _ => null,
        };

        StockChange Of(Asked what, IReadOnlyList<Line> items) => new(what, number, $"{name}-stock-{number}", items);
    }

    /// <summary>Some usual products, which are ordered meanwhile, and a new one.</summary>
    private List<Line> Imported(int number, Random random)
    {
        var pieces = Plenty + (number % ImportsApart * BetweenImports);
        return
        [
            .. Enumerable.Range(random.Next(1, Usual - ImportedRows + 2), ImportedRows).Select(n => new Line($"{name}-usual-{n}", pieces)),
            new($"{name}-imported-{number}", pieces),
        ];
    }

    private string HotOrScarce(Random random) => random.Next(2) == 0 ? $"{name}-hot-{random.Next(1, Hot + 1)}" : $"{name}-scarce-{random.Next(1, Scarce + 1)}";

    private string Any(Random random) => random.Next(2) == 0 ? HotOrScarce(random) : $"{name}-usual-{random.Next(1, Usual + 1)}";

    private List<Line> Items(Random random)
    {
        var products = new HashSet<string>();
        if (random.NextDouble() < HotShare) products.Add($"{name}-hot-{random.Next(1, Hot + 1)}");
        if (random.NextDouble() < ScarceShare) products.Add($"{name}-scarce-{random.Next(1, Scarce + 1)}");
        var lines = random.Next(1, MostLines + 1);
        while (products.Count < lines) products.Add($"{name}-usual-{random.Next(1, Usual + 1)}");
        return [.. products.Select(product => new Line(product, random.Next(1, MostPieces + 1)))];
    }
}
