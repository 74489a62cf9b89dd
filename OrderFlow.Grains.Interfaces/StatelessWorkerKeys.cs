namespace OrderFlow;

/// <summary>
/// Keys of grains that keep nothing and run on every silo. A client sends all calls of one key through one silo: with a single key that silo would do all the
/// work. And one key for each order would have silos make a grain for each.
/// </summary>
public static class StatelessWorkerKeys
{
    private const int Keys = 64;

    /// <summary>The key for a call about this order.</summary>
    public static long ForOrder(long orderId) => orderId % Keys;
}
