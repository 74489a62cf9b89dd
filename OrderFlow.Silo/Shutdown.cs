namespace OrderFlow.Silo;

/// <summary>Shutdown of all programs of this project.</summary>
internal static class Shutdown
{
    /// <summary>How long a silo may take to finish running calls and leave the cluster.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
}
