namespace OrderFlow;

/// <summary>
/// Keys of stateless workers. A client sends all calls with the same key to the same silo: a single key would load a single silo, and a key for each order
/// would activate a grain for each.
/// </summary>
public static class StatelessWorkerKeys
{
    private const int Keys = 64;

    /// <summary>The key for a call about this order.</summary>
    public static long ForOrder(long orderId) => orderId % Keys;
}
