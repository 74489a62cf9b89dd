using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>What the examples start from.</summary>
internal static class Given
{
    public const long OrderId = 42;

    public static readonly DateTimeOffset Earlier = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Now = Earlier.AddMinutes(1);

    public static StockItem Stock(long available, long reserved = 0, decimal price = 9.99m) => new("sku-1", available, reserved, price, Earlier);

    public static StockReservation Held(int attempt, long pieces, decimal price = 9.99m) =>
        new(OrderId, attempt, pieces, price, Tentative: false, ReleasedAt: null);

    public static StockReservation Released(int attempt, long pieces = 0, decimal price = 0) => new(OrderId, attempt, pieces, price, Tentative: false, Earlier);

    public static ReserveStock Try(int attempt, long pieces, bool tentative = false) => new(OrderId, attempt, pieces, tentative);
}
