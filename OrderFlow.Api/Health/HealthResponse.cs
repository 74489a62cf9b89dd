namespace OrderFlow.Api.Health;

/// <summary>The body of a successful health check.</summary>
/// <param name="Status">Always <c>ok</c>.</param>
internal sealed record HealthResponse(string Status)
{
    /// <summary>Healthy.</summary>
    public static HealthResponse Ok { get; } = new("ok");
}
