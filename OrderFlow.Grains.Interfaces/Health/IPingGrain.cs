namespace OrderFlow.Health;

/// <summary>Answers, and does nothing else: whoever is answered has reached a silo. Stateless: any silo answers, the database is not asked.</summary>
[Alias("ping")]
public interface IPingGrain : IGrainWithIntegerKey
{
    /// <summary>Answers.</summary>
    [Alias("ping")]
    Task Ping();
}
