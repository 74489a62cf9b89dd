namespace OrderFlow;

/// <summary>A dependency of the grain cannot answer now. Whether the call took effect is unknown; a call that may be repeated may succeed later.</summary>
/// <param name="message">What is unavailable, and why.</param>
[GenerateSerializer, Alias("unavailable")]
public sealed class UnavailableException(string message) : Exception(message);
