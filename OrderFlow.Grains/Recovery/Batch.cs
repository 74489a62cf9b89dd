namespace OrderFlow.Recovery;

/// <summary>What one batch of a job came to.</summary>
/// <param name="Rows">How many rows it dealt with.</param>
/// <param name="IsFull">Whether there may be more.</param>
internal readonly record struct Batch(int Rows, bool IsFull);
