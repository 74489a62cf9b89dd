namespace OrderFlow;

/// <summary>A row holds what this version cannot read. Repeating the call does not help: an operator must look at the row.</summary>
[GenerateSerializer, Alias("unreadable-row")]
public sealed class UnreadableRowException : Exception
{
    /// <summary>Creates one without a message.</summary>
    public UnreadableRowException() { }

    /// <summary>Creates one that says which row it is, and what is wrong with it.</summary>
    public UnreadableRowException(string message) : base(message) { }

    /// <summary>Creates one with its cause, which stays in this process.</summary>
    public UnreadableRowException(string message, Exception cause) : base(message, cause) { }
}
