using Npgsql;
using OrderFlow.Outbox;
using OrderFlow.Silo.Outbox;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Unacknowledged rows are not read again, and no row that commits late, with a lower number, is missed.</summary>
public sealed class OutboxScanning : IAsyncLifetime
{
    private const int Partition = 3;
    private const int Limit = 10;

    private readonly OutboxScan _scan = new();
    private PostgresServer _server = null!;
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private OutboxTable _outbox = null!;

    public async Task InitializeAsync()
    {
        _server = new();   // without transactions of other tests
        _database = await _server.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _outbox = new(_connections, _connections);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Unacknowledged_rows_are_read_twice_and_then_passed_over()
    {
        await Write(1, 25);

        Assert.Equal(25, (await Pass()).Count);
        Assert.Equal(25, (await Pass()).Count);
        Assert.Empty(await Pass());
        await Write(26, 27);
        Assert.Equal(["26-1", "27-1"], await Pass());
        Assert.Equal(27, (await Pass(fromLowest: true)).Count);
    }

    [Fact]
    public async Task A_row_that_commits_late_is_read_before_later_ones()
    {
        await using var late = await _connections.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await Write(1, 1, late);
        await Write(2, 30);
        await Pass();
        await Pass();
        Assert.Equal(29, (await Pass()).Count);

        await transaction.CommitAsync();
        await Write(31, 31);

        var read = await Pass();
        Assert.Equal("1-1", read[0]);
        Assert.Equal("31-1", read[^1]);
        await Pass();
        Assert.Empty(await Pass());
    }

    [Fact]
    public async Task Rows_that_commit_between_two_pages_of_a_pass_all_wait_for_the_next_pass()
    {
        await using var late = await _connections.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await Write(1, 1, late);
        await Write(2, 16);
        _scan.Begin(fromLowest: false);
        Assert.Equal(Limit, (await Page()).Count());

        await transaction.CommitAsync();
        await Write(1, 1, version: 2);

        Assert.Equal(["12-1", "13-1", "14-1", "15-1", "16-1"], await Page());
        Assert.Equal(["1-1", "1-2"], (await Pass()).Where(id => id.StartsWith("1-", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_server_that_knows_fewer_transactions_is_read_from_the_lowest_row()
    {
        foreach (var (oldest, next) in new[] { (1_000, 1_000), (1_000, 1_000), (10, 10) })
        {
            _scan.Begin(fromLowest: false);
            _scan.Read(new([], [new(50, "1-1", 1, "order.created", "{}", DateTimeOffset.UnixEpoch)], oldest, next), Limit);
        }

        _scan.Begin(fromLowest: false);
        Assert.Equal(0, _scan.After);
    }

    private async Task<List<string>> Pass(bool fromLowest = false)
    {
        var ids = new List<string>();
        for (_scan.Begin(fromLowest); _scan.IsInProgress;)
        {
            ids.AddRange(await Page());
        }

        return ids;
    }

    private async Task<IEnumerable<string>> Page()
    {
        var page = await _outbox.Advance(Partition, [], [], _scan.After, Limit, _scan.Snapshot);
        _scan.Read(page, Limit);
        return page.Next.Select(outboxEvent => outboxEvent.Id);
    }

    private async Task Write(int first, int last, NpgsqlConnection? by = null, int version = 1)
    {
        await using var own = by is null ? await _connections.OpenConnectionAsync() : null;
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at)
            SELECT n || '-{version}', 'order', n::text, 'order.created', '{"{}"}', {Partition}, now() FROM generate_series({first}, {last}) AS n
            """,
            by ?? own);
        await command.ExecuteNonQueryAsync();
    }
}
