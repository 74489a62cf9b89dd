using System.Collections.Immutable;
using CsCheck;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

internal enum OrderMoveKind
{
    Place,
    PlaceAgain,
    ChangeStatus,
    Expire,
    Delete,
    SupersededStep,
    Deliver,
    Continue,
    LoseCall,
    RepeatCall,
    TimeOut,
    LoseActivation,
    Resume,
    SetStock,
    Restock,
}

/// <summary>One step of a history. Its numbers pick from what there is, so that any steps may be left out.</summary>
internal readonly record struct OrderMove(OrderMoveKind Kind, int Pick, int Choice, WriteFault Fault)
{
    private static readonly Caller Admin = new("root", IsAdmin: true);

    private static readonly Caller Stranger = new("mallory", IsAdmin: false);

    private static readonly Caller Payments = new("till", IsAdmin: false, IsPayments: true);

    private static readonly Caller Fulfilment = new("warehouse", IsAdmin: false, IsFulfilment: true);

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

    private static readonly Gen<WriteFault> RareFaults =
        Gen.Frequency((30, WriteFault.None), (1, WriteFault.NotWritten), (1, WriteFault.WrittenButNotConfirmed));

    /// <summary>Everything that users, processes and networks do.</summary>
    public static Gen<OrderMove> All { get; } = Of(
        RareFaults,
        (10, OrderMoveKind.Place), (3, OrderMoveKind.PlaceAgain), (10, OrderMoveKind.ChangeStatus), (4, OrderMoveKind.Expire), (2, OrderMoveKind.Delete), (3, OrderMoveKind.SupersededStep),
        (35, OrderMoveKind.Deliver), (35, OrderMoveKind.Continue), (1, OrderMoveKind.LoseCall), (2, OrderMoveKind.RepeatCall), (5, OrderMoveKind.TimeOut),
        (2, OrderMoveKind.LoseActivation), (8, OrderMoveKind.Resume), (1, OrderMoveKind.SetStock), (5, OrderMoveKind.Restock));

    /// <summary>Only the orders' own steps, which may overtake one another; no faults.</summary>
    public static Gen<OrderMove> Undisturbed { get; } =
        Of(Gen.Const(WriteFault.None), (5, OrderMoveKind.Deliver), (5, OrderMoveKind.Continue), (1, OrderMoveKind.Resume));

    public ImmutableArray<OrderLine> Cart => Carts[Choice % Carts.Length];

    /// <summary>The longest time that stock stays reserved for in a history, where each move takes a millisecond.</summary>
    public static TimeSpan MaxReserveFor { get; } = TimeSpan.FromMilliseconds(60);

    /// <summary>An order to place: sometimes for another user, at an agreed total that may not match, or with a time after which it expires.</summary>
    public PlaceOrder Order
    {
        get
        {
            var owner = Pick % 2 == 0 ? "alice" : "bob";
            var by = (Choice % 10) switch { 0 => Admin, 1 => Stranger, _ => new(owner, IsAdmin: false) };
            return new(by, owner, Cart, AgreedTotal: Pick % 4 == 0 ? 10.00m + (Choice % 2 * 2.50m) : null, ReserveFor: Pick % 3 == 0 ? MaxReserveFor * (Choice % 4) / 3 : null);
        }
    }

    private OrderStatus Target => (Choice % 11) switch
    {
        0 => OrderStatus.Reserved,
        1 => OrderStatus.Failed,
        2 or 3 or 4 => OrderStatus.Pending,
        5 or 6 => OrderStatus.Confirmed,
        7 or 8 => OrderStatus.Fulfilled,
        _ => OrderStatus.Cancelled,
    };

    public SetCall Set => new(ProductId, Choice % 8, Choice % 2 == 0 ? 10.00m : 2.50m);

    public RestockCall Restock => new(ProductId, 1 + (Choice % 3));

    private string ProductId => $"sku-{1 + (Pick % 3)}";

    public Caller By(string owner) => (Choice % 6) switch { 0 => Admin, 1 => Stranger, 2 => Payments, 3 => Fulfilment, _ => new(owner, IsAdmin: false) };

    /// <summary>A change of status: of cancellations some have a reason, of fulfilments some name one parcel or another.</summary>
    public ChangeStatus Change(Caller by) => new(
        Target, by,
        CancelReason: Target == OrderStatus.Cancelled && Pick % 3 == 0 ? "out of season" : null,
        Tracking: Target == OrderStatus.Fulfilled && Pick % 3 > 0 ? new("DHL", $"{Pick % 3}") : null);

    private static Gen<OrderMove> Of(Gen<WriteFault> faults, params (int, OrderMoveKind)[] kinds) =>
        Gen.Select(Gen.Frequency(kinds), Gen.Int[0, 999], Gen.Int[0, 999], faults, (kind, pick, choice, fault) => new OrderMove(kind, pick, choice, fault));
}
