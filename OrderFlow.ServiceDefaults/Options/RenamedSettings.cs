namespace OrderFlow.ServiceDefaults.Options;

/// <summary>Settings of 1.0.0 that have another name now. Ignoring one would silently use the default, so it stops the program instead.</summary>
internal static class RenamedSettings
{
    /// <summary>Old name to new name, as environment variables.</summary>
    public static IReadOnlyDictionary<string, string> NewNames { get; } = new Dictionary<string, string>
    {
        ["Kafka__ConsumedAtOnce"] = "Kafka__MaxInFlight",
        ["Live__Heartbeat"] = "Live__HeartbeatInterval",
        ["Live__Streams"] = "Live__MaxStreams",
        ["Live__StreamsPerUser"] = "Live__MaxStreamsPerUser",
        ["Notifications__Worker__LongestDelay"] = "Notifications__Worker__MaxDelay",
        ["Notifications__Worker__LongestPause"] = "Notifications__Worker__MaxPollInterval",
        ["Notifications__Worker__ShortestPause"] = "Notifications__Worker__MinPollInterval",
        ["Recovery__KeepDeletedOrders"] = "Recovery__DeletedOrderRetention",
        ["Recovery__KeepIdempotencyKeys"] = "Recovery__IdempotencyKeyRetention",
        ["Recovery__KeepReleasedReservations"] = "Recovery__ReleasedReservationRetention",
        ["Recovery__OrdersAtOnce"] = "Recovery__BatchSize",
        ["Recovery__Parallelism"] = "Recovery__Concurrency",
        ["Redis__HistoryLength"] = "Redis__HistoryLimit",
        ["Redis__RememberFinished"] = "Redis__CompletedRetention",
        ["Redis__TakeOverLimit"] = "Redis__MaxReclaims",
        ["Smtp__Connections"] = "Smtp__MaxConnections",
    };

    /// <summary>A sentence for each setting that is given under its old name.</summary>
    public static IEnumerable<string> FindErrors(IConfiguration configuration) =>
        from renamed in NewNames
        where configuration[renamed.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] is not null
        select $"{renamed.Key} was renamed: set {renamed.Value} instead.";
}
