namespace OrderFlow.Health;

/// <summary>Whether the database takes writes, by the last write that this silo tried.</summary>
internal interface IDatabaseHealth
{
    /// <summary>Why writes fail; null while they succeed.</summary>
    string? WriteError { get; }
}
