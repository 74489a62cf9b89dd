using System.Collections.Immutable;
using CsCheck;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

internal enum OrderDeed
{
    Place,
    PlaceAgain,
    ChangeStatus,
    Delete,
    StaleStep,
    Deliver,
    GoOn,
    LoseCall,
    RepeatCall,
    TimeOut,
    LoseActivation,
    Resume,
    SetStock,
    Restock,
}

/// <summary>One step of a history. What the numbers pick depends on what there is to pick from, so that any steps may be left out.</summary>
internal readonly record struct OrderMove(OrderDeed Deed, int Pick, int Choice, WriteFault Fault)
{
    private static readonly Caller Admin = new("root", IsAdmin: true);

    private static readonly Caller Stranger = new("mallory", IsAdmin: false);

    private static readonly ImmutableArray<OrderLine>[] Carts =
    [
        [new("sku-1", 1)],
        [new("sku-1", 2)],
        [new("sku-2", 3)],
        [new("sku-1", 1), new("sku-2", 1)],
        [new("sku-2", 1), new("sku-1", 2)],
        [new("sku-1", 1), new("sku-3", 2), new("sku-1", 1)],
        [new("sku-3", 1), new("sku-2", 2), new("sku-1", 1)],
        [new("sku-2", 1), new("sku-9", 1)],
    ];

    private static readonly Gen<WriteFault> AFewFaults =
        Gen.Frequency((30, WriteFault.None), (1, WriteFault.NotWritten), (1, WriteFault.WrittenButNotConfirmed));

    /// <summary>Everything that people, processes and networks do.</summary>
    public static Gen<OrderMove> All { get; } = Of(
        AFewFaults,
        (10, OrderDeed.Place), (3, OrderDeed.PlaceAgain), (8, OrderDeed.ChangeStatus), (2, OrderDeed.Delete), (3, OrderDeed.StaleStep),
        (35, OrderDeed.Deliver), (35, OrderDeed.GoOn), (1, OrderDeed.LoseCall), (2, OrderDeed.RepeatCall), (5, OrderDeed.TimeOut),
        (2, OrderDeed.LoseActivation), (8, OrderDeed.Resume), (1, OrderDeed.SetStock), (5, OrderDeed.Restock));

    /// <summary>Only the orders' own way, one overtaking another; nothing goes wrong.</summary>
    public static Gen<OrderMove> Undisturbed { get; } =
        Of(Gen.Const(WriteFault.None), (5, OrderDeed.Deliver), (5, OrderDeed.GoOn), (1, OrderDeed.Resume));

    public ImmutableArray<OrderLine> Cart => Carts[Choice % Carts.Length];

    /// <summary>An order to place: now and then for somebody else, now and then at an agreed price that holds or does not.</summary>
    public PlaceOrder Order
    {
        get
        {
            var owner = Pick % 2 == 0 ? "alice" : "bob";
            var by = (Choice % 10) switch { 0 => Admin, 1 => Stranger, _ => new(owner, IsAdmin: false) };
            return new(by, owner, Cart, AgreedTotal: Pick % 4 == 0 ? 10.00m + (Choice % 2 * 2.50m) : null);
        }
    }

    public OrderStatus Target => (Choice % 7) switch
    {
        0 => OrderStatus.Reserved,
        1 => OrderStatus.Failed,
        2 or 3 or 4 => OrderStatus.Pending,
        _ => OrderStatus.Cancelled,
    };

    public SetCall Set => new(ProductId, Choice % 8, Choice % 2 == 0 ? 10.00m : 2.50m);

    public RestockCall Restock => new(ProductId, 1 + (Choice % 3));

    private string ProductId => $"sku-{1 + (Pick % 3)}";

    public Caller By(string owner) => (Choice % 4) switch { 0 => Admin, 1 => Stranger, _ => new(owner, IsAdmin: false) };

    private static Gen<OrderMove> Of(Gen<WriteFault> faults, params (int, OrderDeed)[] deeds) =>
        Gen.Select(Gen.Frequency(deeds), Gen.Int[0, 999], Gen.Int[0, 999], faults, (deed, pick, choice, fault) => new OrderMove(deed, pick, choice, fault));
}
