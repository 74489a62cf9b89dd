namespace OrderFlow.Api.Cluster;

/// <summary>Grains of types that silos of 1.0.0 do not have.</summary>
internal static class NewGrains
{
    /// <summary>The grain, on a silo that has its type.</summary>
    /// <exception cref="ClusterUnavailableException">No silo has it: all are of 1.0.0.</exception>
    public static T GetNewGrain<T>(this IGrainFactory grains, long key)
        where T : IGrainWithIntegerKey
    {
        try
        {
            return grains.GetGrain<T>(key);
        }
        catch (ArgumentException)
        {
            throw new ClusterUnavailableException(cause: null, wasSent: false);
        }
    }
}
