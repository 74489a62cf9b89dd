using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>An event type whose notifications are enabled, or were.</summary>
/// <param name="Type">Such as <c>order.created</c>, which is also its topic.</param>
/// <param name="IsEnabled">False where it was disabled.</param>
/// <param name="EnabledAt">Customers are not notified of earlier events; null where it was enabled before that was recorded.</param>
/// <param name="StartOffsets">By Kafka partition, where consuming starts; null once that is committed. Null as a whole: Kafka has not answered yet.</param>
internal sealed record NotificationEvent(string Type, bool IsEnabled, DateTimeOffset? EnabledAt, long?[]? StartOffsets);

/// <summary>The table <c>notification_events</c>. Each statement may be repeated, and run by several silos at once, without a second effect.</summary>
internal sealed class NotificationEvents(NpgsqlDataSource database)
{
    /// <summary>How long no silo may have renewed an event before a silo that does not have it disables it: in a rolling update others still have it.</summary>
    public static readonly TimeSpan DisableDelay = TimeSpan.FromMinutes(1);

    /// <summary>How often one of the silos renews an event.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<NotificationEvent>> Read(IReadOnlyList<string> types) => await database.CreateCommand(
        "SELECT event_type, is_on, switched_on_at, start_offsets FROM notification_events WHERE event_type = ANY($1)").With(types.ToArray()).ReadRows()
        .Select(row => new NotificationEvent(
            row.GetString(0), row.GetBoolean(1), row.GetTimeOrNull(2), row.IsDBNull(3) ? null : row.GetFieldValue<long?[]>(3))).ToListAsync();

    /// <summary>Enables an event where it is not: the first silo decides for all. False where another was first.</summary>
    /// <param name="type">The event.</param>
    /// <param name="wasEnabled">True where it was enabled before that was recorded.</param>
    /// <param name="startOffsets">By Kafka partition, where consuming starts; null where Kafka does not answer.</param>
    public async Task<bool> Enable(string type, bool wasEnabled, long[]? startOffsets) => await database.CreateCommand(
        """
        INSERT INTO notification_events AS e (event_type, switched_on_at, start_offsets)
        VALUES ($1, CASE WHEN NOT $2 THEN now() END, $3)
        ON CONFLICT (event_type) DO UPDATE
        SET is_on = true, switched_on_at = now(), last_on_at = now(), start_offsets = excluded.start_offsets
        WHERE NOT e.is_on
        """).With(type).With(wasEnabled).With(startOffsets).Execute() == 1;

    /// <summary>Completes an event that was enabled while Kafka did not answer: a committed offset shows that it was enabled before that was recorded.</summary>
    public Task ResolveStart(string type, bool hasCommitted) => database.CreateCommand(
        """
        UPDATE notification_events
        SET start_offsets = '{}', switched_on_at = CASE WHEN NOT $2 OR switched_off_at IS NOT NULL THEN switched_on_at END
        WHERE event_type = $1 AND start_offsets IS NULL
        """).With(type).With(hasCommitted).Execute();

    /// <summary>Clears the start offsets of these Kafka partitions, which are committed.</summary>
    public Task ClearStartOffsets(NotificationEvent enabled, IReadOnlyList<int> partitions) => database.CreateCommand(
        """
        UPDATE notification_events
        SET start_offsets = (
          SELECT array_agg(CASE WHEN number - 1 = ANY($3) THEN NULL ELSE start END ORDER BY number)
          FROM unnest(start_offsets) WITH ORDINALITY AS starts (start, number))
        WHERE event_type = $1 AND switched_on_at = $2
        """).With(enabled.Type).With(enabled.EnabledAt!.Value).With(partitions.ToArray()).Execute();

    /// <summary>Renews these events.</summary>
    public Task KeepEnabled(IReadOnlyList<string> types) => database.CreateCommand(
        """
        UPDATE notification_events SET is_on = true, last_on_at = now()
        WHERE event_type = ANY($1) AND (NOT is_on OR last_on_at < now() - $2)
        """).With(types.ToArray()).With(RenewInterval).Execute();

    /// <summary>Disables all but these events that no silo has renewed for <see cref="DisableDelay"/>.</summary>
    public Task DisableOthers(IReadOnlyList<string> types) => database.CreateCommand(
        """
        UPDATE notification_events SET is_on = false, switched_off_at = now()
        WHERE is_on AND NOT event_type = ANY($1) AND last_on_at < now() - $2
        """).With(types.ToArray()).With(DisableDelay).Execute();
}
