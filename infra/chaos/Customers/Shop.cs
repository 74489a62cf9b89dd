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

/// <summary>
/// The products there are and what is ordered of them. A few are hot: every second order has one. A few are scarce: what is ordered of them is soon more than
/// there is. All others never run out.
/// </summary>
internal sealed class Shop(string name, int seed)
{
    public const int Plenty = 1_000_000_000;
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
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>A late confirmation is sent so long before the reservation expires, or up to <see cref="LongestPause"/> later.</summary>
    private static readonly TimeSpan BeforeExpiry = TimeSpan.FromSeconds(1);

    /// <summary>Every product, and how many pieces there are of it.</summary>
    public IEnumerable<(string ProductId, int Pieces)> Products =>
        Enumerable.Range(1, Hot).Select(n => ($"{name}-hot-{n}", Plenty))
            .Concat(Enumerable.Range(1, Usual).Select(n => ($"{name}-usual-{n}", Plenty)))
            .Concat(Enumerable.Range(1, Scarce).Select(n => ($"{name}-scarce-{n}", Scarcity)));

    public static bool IsScarce(string productId) => productId.Contains("-scarce-", StringComparison.Ordinal);

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
