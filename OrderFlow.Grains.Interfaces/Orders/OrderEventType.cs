namespace OrderFlow.Orders;

/// <summary>What can happen to an order. The compiler names every place that must decide about a new member, <see cref="OrderEventCatalogue"/> first.</summary>
public enum OrderEventType
{
    /// <summary><see cref="OrderCreated"/>.</summary>
    Created,

    /// <summary><see cref="OrderReserved"/>.</summary>
    Reserved,

    /// <summary><see cref="OrderFailed"/>.</summary>
    Failed,

    /// <summary><see cref="OrderCancelled"/>.</summary>
    Cancelled,

    /// <summary><see cref="OrderReopened"/>.</summary>
    Reopened,

    /// <summary><see cref="OrderConfirmed"/>.</summary>
    Confirmed,

    /// <summary><see cref="OrderFulfilled"/>.</summary>
    Fulfilled,
}
