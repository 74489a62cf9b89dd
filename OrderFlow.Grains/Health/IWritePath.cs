namespace OrderFlow.Health;

/// <summary>Whether this silo's last probe write to the database succeeded.</summary>
internal interface IWritePath
{
    /// <summary>Why the probe failed; null where it succeeded.</summary>
    string? Trouble { get; }
}
