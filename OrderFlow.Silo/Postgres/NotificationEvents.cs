using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>A type of event that is notified, or was.</summary>
/// <param name="Type">Such as <c>order.created</c>, which is also its topic.</param>
/// <param name="IsOn">False where it was switched off.</param>
/// <param name="SwitchedOnAt">What occurred before is not notified; null where it was on before that was recorded.</param>
/// <param name="StartOffsets">By partition, where reading begins; null where that is committed. Null as a whole: Kafka could not say yet.</param>
internal sealed record NotificationEvent(string Type, bool IsOn, DateTimeOffset? SwitchedOnAt, long?[]? StartOffsets);

/// <summary>The table <c>notification_events</c>. Each statement may be executed again, and by several silos at once, with no second effect.</summary>
internal sealed class NotificationEvents(NpgsqlDataSource database)
{
    /// <summary>An event that no silo has had on for so long is off, once a silo without it says so: in a rolling update the others still have it.</summary>
    public static readonly TimeSpan OffDelay = TimeSpan.FromMinutes(1);

    /// <summary>How often one of the silos records that an event is on.</summary>
    private static readonly TimeSpan OnInterval = TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<NotificationEvent>> Read(IReadOnlyList<string> types)
    {
        await using var command = database.CreateCommand(
            "SELECT event_type, is_on, switched_on_at, start_offsets FROM notification_events WHERE event_type = ANY($1)").With(types.ToArray());
        await using var rows = await command.ExecuteReaderAsync();
        var events = new List<NotificationEvent>();
        while (await rows.ReadAsync())
        {
            events.Add(new(
                rows.GetString(0), rows.GetBoolean(1), rows.GetTimeOrNull(2),
                await rows.IsDBNullAsync(3) ? null : await rows.GetFieldValueAsync<long?[]>(3)));
        }

        return events;
    }

    /// <summary>Switches an event on where it is not: the first silo decides for all. False where another was first.</summary>
    /// <param name="type">The event.</param>
    /// <param name="wasOn">True where it was on before that was recorded.</param>
    /// <param name="startOffsets">By partition, where reading begins; null where Kafka cannot say.</param>
    public async Task<bool> SwitchOn(string type, bool wasOn, long[]? startOffsets)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO notification_events AS e (event_type, switched_on_at, start_offsets)
            VALUES ($1, CASE WHEN NOT $2 THEN now() END, $3)
            ON CONFLICT (event_type) DO UPDATE
            SET is_on = true, switched_on_at = now(), last_on_at = now(), start_offsets = excluded.start_offsets
            WHERE NOT e.is_on
            """).With(type).With(wasOn);
        command.Parameters.Add(new NpgsqlParameter<long[]?> { TypedValue = startOffsets });
        return await command.ExecuteNonQueryAsync() == 1;
    }

    /// <summary>Kafka, which could not say at the time where reading begins, says now whether the event had been on before that was recorded.</summary>
    public async Task Settle(string type, bool hasCommitted)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notification_events
            SET start_offsets = '{}', switched_on_at = CASE WHEN NOT $2 OR switched_off_at IS NOT NULL THEN switched_on_at END
            WHERE event_type = $1 AND start_offsets IS NULL
            """).With(type).With(hasCommitted);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The start offsets of these partitions are committed, and never needed again.</summary>
    public async Task Started(NotificationEvent switchedOn, IReadOnlyList<int> partitions)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notification_events
            SET start_offsets = (
              SELECT array_agg(CASE WHEN number - 1 = ANY($3) THEN NULL ELSE start END ORDER BY number)
              FROM unnest(start_offsets) WITH ORDINALITY AS starts (start, number))
            WHERE event_type = $1 AND switched_on_at = $2
            """).With(switchedOn.Type).With(switchedOn.SwitchedOnAt!.Value).With(partitions.ToArray());
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Says that a silo has these events on.</summary>
    public async Task AreOn(IReadOnlyList<string> types)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notification_events SET is_on = true, last_on_at = now()
            WHERE event_type = ANY($1) AND (NOT is_on OR last_on_at < now() - $2)
            """).With(types.ToArray()).With(OnInterval);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Records as off what is not among these events, and no silo has had on for <see cref="OffDelay"/>.</summary>
    public async Task OthersAreOff(IReadOnlyList<string> types)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notification_events SET is_on = false, switched_off_at = now()
            WHERE is_on AND NOT event_type = ANY($1) AND last_on_at < now() - $2
            """).With(types.ToArray()).With(OffDelay);
        await command.ExecuteNonQueryAsync();
    }
}
