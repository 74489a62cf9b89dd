using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>What the tests start from.</summary>
internal static class Given
{
    public const long OrderId = 42;

    public static readonly DateTimeOffset Earlier = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Now = Earlier.AddMinutes(1);

    public static StockItem Stock(long available, long reserved = 0, decimal price = 9.99m) => new("sku-1", available, reserved, price, Earlier, Version: 1);

    public static Caller Admin { get; } = new("root", IsAdmin: true);

    public static StockOperation Operation(string id = "", params long[] ifVersions) => new(id, Admin, ifVersions.Length == 0 ? default : new([.. ifVersions]), RequestId: Guid.NewGuid());

    public static StockReservation Held(int attempt, long units, decimal price = 9.99m) =>
        new(OrderId, attempt, units, price, Tentative: false, ReleasedAt: null);

    public static StockReservation Released(int attempt, long units = 0, decimal price = 0) => new(OrderId, attempt, units, price, Tentative: false, Earlier);

    public static StockReservation Consumed(int attempt, long units) => new(OrderId, attempt, units, 9.99m, Tentative: false, Earlier, Consumed: true);

    public static ReserveStock Attempt(int attempt, long units, bool tentative = false) => new(OrderId, attempt, units, tentative);
}
