namespace OrderFlow.Recovery;

/// <summary>The result of one batch of a job.</summary>
/// <param name="Rows">The rows that it processed.</param>
/// <param name="IsFull">True where more rows may be due.</param>
internal readonly record struct Batch(int Rows, bool IsFull);
