using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Orleans' ADO.NET reminders with the SQL of this project.</summary>
public sealed class ReminderTable : IAsyncLifetime
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private OrleansProviders _orleans = null!;
    private IReminderTable _table = null!;

    public async Task InitializeAsync()
    {
        _orleans = await OrleansProviders.OnFreshDatabase();
        _table = await _orleans.Reminders();
    }

    public Task DisposeAsync() => _orleans.DisposeAsync().AsTask();

    [Fact]
    public async Task A_reminder_is_read_as_it_was_written()
    {
        var etag = await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1.5)));

        var read = await _table.ReadRow(Grain(1), "wake");
        Assert.Equal("0", etag);
        Assert.NotNull(read);
        Assert.Equal((Grain(1), "wake", Noon, TimeSpan.FromMinutes(1.5), "0"), Facts(read));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
    }

    [Fact]
    public async Task A_period_longer_than_a_signed_32_bit_count_of_milliseconds_is_kept()
    {
        await _table.UpsertRow(Reminder(1, "yearly", Noon, TimeSpan.FromDays(365)));

        Assert.Equal(TimeSpan.FromDays(365), (await _table.ReadRow(Grain(1), "yearly"))?.Period);
    }

    [Fact]
    public async Task Writing_a_reminder_again_replaces_it_under_a_new_etag()
    {
        await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1)));
        await _table.UpsertRow(Reminder(1, "sleep", Noon, TimeSpan.FromMinutes(2)));

        var etag = await _table.UpsertRow(Reminder(1, "wake", Noon.AddDays(1), TimeSpan.FromMinutes(3)));

        Assert.Equal("1", etag);
        Assert.Equal(
            [(Grain(1), "sleep", Noon, TimeSpan.FromMinutes(2), "0"), (Grain(1), "wake", Noon.AddDays(1), TimeSpan.FromMinutes(3), "1")],
            All(await _table.ReadRows(Grain(1))));
    }

    [Fact]
    public async Task Twenty_concurrent_writes_of_one_reminder_leave_one_row_and_twenty_etags()
    {
        var etags = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1)))));

        Assert.Equal(Enumerable.Range(0, 20).Select(version => $"{version}").Order(), etags.Order());
        Assert.Equal("19", Assert.Single((await _table.ReadRows(Grain(1))).Reminders).ETag);
    }

    [Fact]
    public async Task An_unknown_reminder_is_read_as_nothing()
    {
        await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1)));

        Assert.Null(await _table.ReadRow(Grain(1), "sleep"));
        Assert.Null(await _table.ReadRow(Grain(2), "wake"));
        Assert.Empty((await _table.ReadRows(Grain(2))).Reminders);
    }

    [Fact]
    public async Task A_reminder_is_deleted_only_under_its_etag()
    {
        await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1)));
        await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(2)));

        Assert.False(await _table.RemoveRow(Grain(1), "wake", "0"));
        Assert.Equal(TimeSpan.FromMinutes(2), (await _table.ReadRow(Grain(1), "wake"))?.Period);

        Assert.True(await _table.RemoveRow(Grain(1), "wake", "1"));
        Assert.Null(await _table.ReadRow(Grain(1), "wake"));
        Assert.False(await _table.RemoveRow(Grain(1), "wake", "1"));
    }

    [Fact]
    public async Task A_range_of_the_ring_excludes_its_begin_and_includes_its_end()
    {
        var grains = Enumerable.Range(1, 100).Select(Grain).OrderBy(grain => grain.GetUniformHashCode()).ToArray();
        for (var number = 1; number <= grains.Length; number++)
            await _table.UpsertRow(Reminder(number, "wake", Noon, TimeSpan.FromMinutes(1)));
        var hashes = grains.Select(grain => grain.GetUniformHashCode()).ToArray();
        const uint SignChanges = 0x8000_0000;
        (uint Begin, uint End)[] ranges =
        [
            (hashes[10], hashes[20]),                        // below the sign
            (hashes[80], hashes[90]),                        // above it
            (hashes[20], hashes[80]),                        // across it
            (hashes[90], hashes[10]),                        // across zero: it wraps
            (hashes[30], hashes[20]),                        // wraps, and leaves out a part below the sign
            (hashes[90], hashes[80]),                        // wraps, and leaves out a part above it
            (0, uint.MaxValue), (uint.MaxValue, 0),
            (0, SignChanges), (SignChanges, 0), (SignChanges - 1, SignChanges),
            (0, 0), (hashes[50], hashes[50]),                // the whole ring
        ];

        foreach (var (begin, end) in ranges)
        {
            var expected = grains.Where(grain => IsWithin(grain.GetUniformHashCode(), begin, end));

            var read = await _table.ReadRows(begin, end);

            Assert.Equal(expected, read.Reminders.Select(reminder => reminder.GrainId).OrderBy(grain => grain.GetUniformHashCode()));
        }

        static bool IsWithin(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    }

    [Fact]
    public async Task Services_in_one_database_do_not_see_each_other()
    {
        var other = await _orleans.Reminders("other");
        await _table.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(1)));
        await other.UpsertRow(Reminder(1, "wake", Noon, TimeSpan.FromMinutes(2)));
        Assert.Equal([(Grain(1), "wake", Noon, TimeSpan.FromMinutes(2), "0")], All(await other.ReadRows(0, 0)));

        await _table.TestOnlyClearTable();

        Assert.Empty((await _table.ReadRows(0, 0)).Reminders);
        Assert.Equal([(Grain(1), "wake", Noon, TimeSpan.FromMinutes(2), "0")], All(await other.ReadRows(Grain(1))));
    }

    private static GrainId Grain(int number) => GrainId.Create("recovery", $"grain/{number}");

    private static ReminderEntry Reminder(int grain, string name, DateTime start, TimeSpan period) =>
        new() { GrainId = Grain(grain), ReminderName = name, StartAt = start, Period = period };

    private static (GrainId, string, DateTime, TimeSpan, string?) Facts(ReminderEntry reminder) =>
        (reminder.GrainId, reminder.ReminderName, reminder.StartAt, reminder.Period, reminder.ETag);

    private static IEnumerable<(GrainId, string, DateTime, TimeSpan, string?)> All(ReminderTableData read) =>
        read.Reminders.OrderBy(reminder => reminder.ReminderName, StringComparer.Ordinal).Select(Facts);
}
