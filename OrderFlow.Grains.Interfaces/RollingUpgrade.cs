using Orleans.Metadata;
using OrderFlow.Orders;

namespace OrderFlow;

/// <summary>
/// Tells whether the cluster was upgraded from 1.0.0: whether every active silo knows what 1.0.0 cannot read or would not respect, such as fulfilled orders and
/// archived products.
/// </summary>
/// <param name="manifests">What each silo can do, as far as that was read.</param>
/// <param name="interfaces">The names of interfaces.</param>
/// <param name="activeSilos">The active silos; null in a client, which does not know them.</param>
public sealed class RollingUpgrade(
    IClusterManifestProvider manifests, GrainInterfaceTypeResolver interfaces, Func<IEnumerable<SiloAddress>>? activeSilos = null)
{
    private readonly GrainInterfaceType _type = interfaces.GetGrainInterfaceType(typeof(IOrderFulfilmentGrain));
    private volatile bool _hasReadAll = activeSilos is null;

    /// <summary>
    /// True where all silos do. Nothing is known until the manifest of each was read. One that joins later counts from when its manifest is read: until then it
    /// is called for no order, and what it may be unable to read could as well have been stored before it joined.
    /// </summary>
    public bool IsComplete()
    {
        var silos = manifests.Current.Silos;
        if (!_hasReadAll) _hasReadAll = activeSilos!().All(silos.ContainsKey);
        return _hasReadAll && !silos.IsEmpty && silos.Values.All(silo => silo.Interfaces.ContainsKey(_type));
    }
}
