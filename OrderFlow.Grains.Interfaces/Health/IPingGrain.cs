namespace OrderFlow.Health;

/// <summary>Answers, and does nothing else: whoever is answered has reached a silo. Stateless: any silo answers, and no call costs the database anything.</summary>
[Alias("ping")]
public interface IPingGrain : IGrainWithIntegerKey
{
    /// <summary>Answers.</summary>
    [Alias("ping")]
    Task Ping();

    /// <summary>Answers where the last write that the silo tried succeeded; it tries one every few seconds.</summary>
    /// <exception cref="UnavailableException">It did not; the message says why.</exception>
    [Alias("ping-database")]
    Task PingDatabase();
}
