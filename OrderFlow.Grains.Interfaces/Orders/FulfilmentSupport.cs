using Orleans.Metadata;

namespace OrderFlow.Orders;

/// <summary>Tells whether every active silo knows confirmed, fulfilled and expiring orders. Version 1.0.0 does not, and cannot read such an order.</summary>
public sealed class FulfilmentSupport(IClusterManifestProvider manifests, GrainInterfaceTypeResolver interfaces)
{
    private readonly GrainInterfaceType _type = interfaces.GetGrainInterfaceType(typeof(IOrderFulfilmentGrain));
    private volatile ClusterManifest? _known;
    private volatile bool _isComplete;

    /// <summary>True where all silos do.</summary>
    public bool IsComplete()
    {
        var current = manifests.Current;
        if (!ReferenceEquals(current, _known)) (_isComplete, _known) = (current.Silos.Values.All(silo => silo.Interfaces.ContainsKey(_type)), current);
        return _isComplete;
    }
}
