namespace OrderFlow.Tests.Chaos;

/// <summary>Expected events against the records on Kafka: <c>infra/compare/events.awk</c>.</summary>
public sealed class EventComparison : IDisposable
{
    private static readonly string[] Expected =
    [
        "42-1\torder.created\t0", "42-2\torder.failed\t1", "42-3\torder.reopened\t0", "42-4\torder.failed\t1",
        "43-1\torder.created\t0", "43-2\torder.cancelled\t0",
    ];

    private static readonly string[] Records =
    [
        Record("order.created", 0, "42-1"), Record("order.created", 1, "43-1"), Record("order.failed", 0, "42-2"), Record("order.failed", 1, "42-4"),
        Record("order.reopened", 0, "42-3"), Record("order.cancelled", 0, "43-2"),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-events-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Equal_sides_have_no_violation() => Assert.Equal(["repeats\t0"], await Compare(Records));

    [Fact]
    public async Task A_dropped_event_is_missing() => Assert.Equal(["missing\t43-2 on order.cancelled", "repeats\t0"], await Compare(Records[..^1]));

    [Fact]
    public async Task All_events_are_missing_if_nothing_was_read() => Assert.Equal(Expected.Length, (await Compare([])).Count(line => line.StartsWith("missing\t", StringComparison.Ordinal)));

    [Fact]
    public async Task Two_swapped_events_are_out_of_order() => Assert.Equal(
        ["order\t42-2 at order.failed/0/1 comes after version 4", "repeats\t0"],
        await Compare([.. Records[..2], Record("order.failed", 0, "42-4"), Record("order.failed", 1, "42-2"), .. Records[4..]]));

    [Fact]
    public async Task An_order_stays_in_its_partition()
    {
        var moved = Record("order.failed", 0, "42-4").Replace("failed\t0", "failed\t1", StringComparison.Ordinal);
        var repeated = Record("order.failed", 0, "42-2").Replace("failed\t0", "failed\t1", StringComparison.Ordinal);

        Assert.Equal(
            ["order\t42-4 at order.failed/1/0 is in another partition than the event before it", "repeats\t0"],
            await Compare([.. Records[..3], moved, .. Records[4..]]));
        Assert.Equal(
            ["order\t42-2 at order.failed/1/0 is in another partition than the event before it", "repeats\t1"],
            await Compare([.. Records, repeated]));
    }

    [Fact]
    public async Task A_repeated_event_must_have_the_same_content()
    {
        Assert.Equal(["repeats\t1"], await Compare([.. Records, Record("order.cancelled", 1, "43-2")]));
        Assert.Equal(
            ["changed\t43-2 at order.cancelled/0/1 says something else than before", "repeats\t1"],
            await Compare([.. Records, Record("order.cancelled", 1, "43-2", reason: "deleted")]));
    }

    [Fact]
    public async Task An_event_without_a_cause_is_unexpected() => Assert.Equal(
        [
            "repeats\t0",
            "unexpected\t43-3 at order.created/0/2, type order.created, key 43: the database has no such event",
            "unexpected\t44-1 at order.created/0/3, type order.created, key 44: the database has no such event",
        ],
        await Compare([.. Records, Record("order.created", 2, "43-3"), Record("order.created", 3, "44-1")]));

    [Theory]
    [InlineData("\"orderId\": 43", "\"orderId\": 4")]
    [InlineData("\"version\": 2", "\"version\": 20")]
    [InlineData("ce_type=order.cancelled", "ce_type=order.failed")]
    [InlineData("\t43\t", "\t42\t")]
    public async Task Id_order_version_type_and_key_of_an_event_must_agree(string part, string altered) => Assert.StartsWith(
        "unexpected\t43-2 at order.cancelled/0/0",
        (await Compare([.. Records[..^1], Records[^1].Replace(part, altered, StringComparison.Ordinal)]))[^1],
        StringComparison.Ordinal);

    [Fact]
    public async Task A_topic_must_start_at_offset_zero() => Assert.Equal(
        ["dropped\torder.cancelled/0 begins at offset 7", "repeats\t0"],
        await Compare([.. Records[..^1], Record("order.cancelled", 7, "43-2")]));

    private static string Record(string topic, int offset, string id, string reason = "cancelled")
    {
        var parts = id.Split('-');
        return $"{topic}\t0\t{offset}\t{parts[0]}\tce_specversion=1.0,ce_id={id},ce_type={topic},content-type=application/json\t" +
            $$"""{"orderId": {{parts[0]}}, "userId": "chaos-1-customer-1", "reason": "{{reason}}", "version": {{parts[1]}}}""";
    }

    private async Task<string[]> Compare(string[] records)
    {
        string expectedFile = Path.Combine(_directory, "expected.tsv"), recordsFile = Path.Combine(_directory, "records.tsv");
        await File.WriteAllLinesAsync(expectedFile, Expected);
        await File.WriteAllLinesAsync(recordsFile, records);
        return Scripts.Lines(await Scripts.Run("awk", "-v", "users=chaos-1-", "-f", "infra/compare/events.awk", "part=expected", expectedFile, "part=records", recordsFile));
    }
}
