namespace OrderFlow.Silo;

/// <summary>How long a silo that was asked to stop may take to finish what it began and leave the cluster.</summary>
internal static class Shutdown
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
}
