namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>The durability settings of a Redis server; null where it does not reveal one.</summary>
/// <param name="MaxmemoryPolicy"><c>maxmemory-policy</c>.</param>
/// <param name="Appendonly"><c>appendonly</c>.</param>
/// <param name="Appendfsync"><c>appendfsync</c>.</param>
internal sealed record RedisDurability(string? MaxmemoryPolicy, bool? Appendonly, string? Appendfsync)
{
    /// <summary>How this server can lose jobs, as sentences that say what would be right.</summary>
    public IEnumerable<string> Violations()
    {
        if (MaxmemoryPolicy is not (null or "noeviction"))
            yield return $"maxmemory-policy must be noeviction: with {MaxmemoryPolicy} Redis evicts jobs when its memory is full.";
        if (Appendonly is false) yield return "appendonly must be yes: otherwise jobs are lost whenever Redis stops.";
        else if (Appendfsync is not (null or "always"))
            yield return $"appendfsync must be always: with {Appendfsync} a power cut loses the latest jobs.";
    }

    /// <summary>The names of the settings that the server does not reveal.</summary>
    public IEnumerable<string> UnknownSettings()
    {
        if (MaxmemoryPolicy is null) yield return "maxmemory-policy";
        if (Appendonly is null) yield return "appendonly";
        if (Appendonly is not false && Appendfsync is null) yield return "appendfsync";
    }
}
