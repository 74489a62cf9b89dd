using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>What a customer does with an order once it is placed.</summary>
internal enum Afterwards
{
    Nothing,
    Read,
    Cancel,
    Delete,
    Reopen,
}

/// <summary>One customer's intentions.</summary>
internal sealed record Errand(int Number, int Customer, string Key, IReadOnlyList<Line> Items, Afterwards Then, TimeSpan After);

/// <summary>
/// The products there are and what is ordered of them. A few are hot: every second order has one. A few are scarce: what is ordered of them is soon more than
/// there is. All others never run out.
/// </summary>
internal sealed class Shop(string name, int seed)
{
    public const int Plenty = 1_000_000_000;
    public const int Scarcity = 300;
    public const decimal UnitPrice = 9.99m;

    /// <summary>How many customers there are.</summary>
    public const int Customers = 40;

    private const int Hot = 2;
    private const int Usual = 20;
    private const int Scarce = 3;
    private const int MostLines = 3;
    private const int MostPieces = 5;
    private const double HotShare = 0.5;
    private const double ScarceShare = 0.08;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>Every product, and how many pieces there are of it.</summary>
    public IEnumerable<(string ProductId, int Pieces)> Products =>
        Enumerable.Range(1, Hot).Select(n => ($"{name}-hot-{n}", Plenty))
            .Concat(Enumerable.Range(1, Usual).Select(n => ($"{name}-usual-{n}", Plenty)))
            .Concat(Enumerable.Range(1, Scarce).Select(n => ($"{name}-scarce-{n}", Scarcity)));

    public static bool IsScarce(string productId) => productId.Contains("-scarce-", StringComparison.Ordinal);

    public static decimal Price(IEnumerable<Line> items) => items.Sum(line => line.Quantity * UnitPrice);

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
            _ => items.Any(line => IsScarce(line.ProductId)) ? Afterwards.Reopen : Afterwards.Nothing,
        };
        return new(number, random.Next(1, Customers + 1), $"{name}-{number}", items, then, LongestPause * random.NextDouble());
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
