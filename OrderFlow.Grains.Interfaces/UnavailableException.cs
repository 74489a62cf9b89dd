namespace OrderFlow;

/// <summary>Something the grain rests on cannot answer now. Whether the call took effect is unknown; where it may be made twice, it may well succeed then.</summary>
[GenerateSerializer, Alias("unavailable")]
public sealed class UnavailableException : Exception
{
    /// <summary>Says nothing of the cause.</summary>
    public UnavailableException()
    {
    }

    /// <summary>Says what is unavailable, and why.</summary>
    public UnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is unavailable, and why; the cause stays in this process.</summary>
    public UnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
