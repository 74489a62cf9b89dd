namespace OrderFlow.Health;

/// <summary>Whether the database takes writes, as this silo last found it.</summary>
internal interface IWritePath
{
    /// <summary>Why no write succeeds; null while they do.</summary>
    string? Trouble { get; }
}
