namespace OrderFlow;

/// <summary>The bounds of what a request may ask for, design §7. The API refuses what goes beyond them; the grains rely on it for totals that fit.</summary>
public static class Limits
{
    /// <summary>Lines in one order.</summary>
    public const int OrderLines = 100;

    /// <summary>Pieces in one order line, and in one restock.</summary>
    public const int Quantity = 1_000_000;

    /// <summary>Pieces of one product that may be set, or restocked to; what orders give back may go beyond.</summary>
    public const long AvailableQuantity = 1_000_000_000;

    /// <summary>The highest unit price.</summary>
    public const decimal UnitPrice = 1_000_000.00m;

    /// <summary>The highest total a client may agree to: every line at the highest quantity and price.</summary>
    public const decimal TotalAmount = OrderLines * Quantity * UnitPrice;

    /// <summary>Characters in a product id.</summary>
    public const int ProductIdLength = 64;

    /// <summary>Characters in a user id.</summary>
    public const int UserIdLength = 128;

    /// <summary>Items on one page.</summary>
    public const int PageSize = 100;
}
