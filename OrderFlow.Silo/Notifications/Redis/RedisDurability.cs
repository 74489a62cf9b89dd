namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>What a server says of how it keeps its data; null where it does not say.</summary>
/// <param name="MaxmemoryPolicy"><c>maxmemory-policy</c>.</param>
/// <param name="Appendonly"><c>appendonly</c>.</param>
/// <param name="Appendfsync"><c>appendfsync</c>.</param>
internal sealed record RedisDurability(string? MaxmemoryPolicy, bool? Appendonly, string? Appendfsync)
{
    /// <summary>How this server can lose jobs, as sentences that say what would be right; none where it cannot, as far as it says.</summary>
    public IEnumerable<string> Violations()
    {
        if (MaxmemoryPolicy is not (null or "noeviction"))
            yield return $"maxmemory-policy must be noeviction: with {MaxmemoryPolicy} Redis throws jobs away when its memory is full.";
        if (Appendonly is false) yield return "appendonly must be yes: jobs would be lost whenever Redis ends.";
        else if (Appendfsync is not (null or "always"))
            yield return $"appendfsync must be always: with {Appendfsync} the latest jobs are lost in a power cut.";
    }

    /// <summary>The settings that the server does not tell.</summary>
    public IEnumerable<string> UnknownSettings()
    {
        if (MaxmemoryPolicy is null) yield return "maxmemory-policy";
        if (Appendonly is null) yield return "appendonly";
        if (Appendonly is not false && Appendfsync is null) yield return "appendfsync";
    }
}
