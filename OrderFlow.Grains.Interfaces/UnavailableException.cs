namespace OrderFlow;

/// <summary>A dependency of the grain cannot answer now. Whether the call took effect is unknown; a call that may be repeated may succeed later.</summary>
[GenerateSerializer, Alias("unavailable")]
public sealed class UnavailableException : Exception
{
    /// <summary>Creates one without a message.</summary>
    public UnavailableException() { }

    /// <summary>Creates one that says what is unavailable, and why.</summary>
    public UnavailableException(string message) : base(message) { }

    /// <summary>Creates one with its cause, which stays in this process.</summary>
    public UnavailableException(string message, Exception cause) : base(message, cause) { }
}
