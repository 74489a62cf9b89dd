namespace OrderFlow;

/// <summary>A row holds what this version cannot read. To ask again does not help: somebody has to look at the row.</summary>
[GenerateSerializer, Alias("unreadable-row")]
public sealed class UnreadableRowException : Exception
{
    /// <summary>Says nothing of the row.</summary>
    public UnreadableRowException()
    {
    }

    /// <summary>Says which row it is, and what is wrong with it.</summary>
    public UnreadableRowException(string message)
        : base(message)
    {
    }

    /// <summary>The same; the cause stays in this process.</summary>
    public UnreadableRowException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
