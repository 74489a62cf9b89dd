namespace OrderFlow.Api.Health;

/// <summary>What a health endpoint answers where all is well.</summary>
/// <param name="Status">Always <c>ok</c>.</param>
internal sealed record HealthResponse(string Status)
{
    /// <summary>All is well.</summary>
    public static HealthResponse Ok { get; } = new("ok");
}
