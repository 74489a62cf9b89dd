namespace OrderFlow.Health;

/// <summary>Answers, which shows that a silo can be reached. Stateless: any silo answers, and no call reaches the database.</summary>
[Alias("ping")]
public interface IPingGrain : IGrainWithIntegerKey
{
    /// <summary>Answers.</summary>
    [Alias("ping")]
    Task Ping();

    /// <summary>Answers where the silo's last probe write succeeded; it makes one every few seconds.</summary>
    /// <exception cref="UnavailableException">The write failed; the message says why.</exception>
    [Alias("ping-database")]
    Task PingDatabase();
}
