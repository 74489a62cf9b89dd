namespace OrderFlow;

/// <summary>Tracks a failure or shortage, so that its start and its end are logged once each. May be used from any thread.</summary>
internal sealed class Outage
{
    private string? _reason;

    /// <summary>Why; null where there is no outage.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Notes a failure. Returns true where the outage begins, or its reason is another one than before.</summary>
    public bool Begin(string reason = "") => Interlocked.Exchange(ref _reason, reason) != reason;

    /// <summary>Notes a success. Returns true where it ends an outage.</summary>
    public bool End() => Reason is not null && Interlocked.Exchange(ref _reason, null) is not null;
}
