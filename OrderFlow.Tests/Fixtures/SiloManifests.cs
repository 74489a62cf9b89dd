using System.Collections.Immutable;
using System.Net;
using OrderFlow.Orders;
using Orleans.Metadata;

namespace OrderFlow.Tests.Fixtures;

/// <summary>The manifests of a cluster whose silos are of this version or of 1.0.0.</summary>
internal sealed class SiloManifests(GrainInterfaceTypeResolver interfaces) : IClusterManifestProvider
{
    private readonly GrainInterfaceType _fulfilment = interfaces.GetGrainInterfaceType(typeof(IOrderFulfilmentGrain));

    public ClusterManifest Current { get; private set; } = new(MajorMinorVersion.Zero, ImmutableDictionary<SiloAddress, GrainManifest>.Empty);

    public IAsyncEnumerable<ClusterManifest> Updates => throw new NotSupportedException();

    public GrainManifest LocalGrainManifest => throw new NotSupportedException();

    /// <summary>The address of a silo, from 0.</summary>
    public static SiloAddress Address(int silo) => SiloAddress.New(IPAddress.Loopback, 11111 + silo, 1);

    /// <summary>Sets which silos' manifests were read; each is true for one of this version.</summary>
    public SiloManifests Read(params bool[] silos)
    {
        var known = silos.Select((isNew, index) => KeyValuePair.Create(Address(index), Manifest(isNew)));
        Current = new(new(Current.Version.Major, Current.Version.Minor + 1), known.ToImmutableDictionary());
        return this;
    }

    private GrainManifest Manifest(bool isNew)
    {
        var types = ImmutableDictionary<GrainInterfaceType, GrainInterfaceProperties>.Empty;
        return new(
            ImmutableDictionary<GrainType, GrainProperties>.Empty,
            isNew ? types.Add(_fulfilment, new(ImmutableDictionary.Create<string, string>(StringComparer.Ordinal))) : types);
    }
}
