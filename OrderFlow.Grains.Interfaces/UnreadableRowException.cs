namespace OrderFlow;

/// <summary>A row holds what this version cannot read. Repeating the call does not help: an operator must inspect the row.</summary>
/// <param name="message">Which row it is, and what is wrong with it.</param>
[GenerateSerializer, Alias("unreadable-row")]
public sealed class UnreadableRowException(string message) : Exception(message);
