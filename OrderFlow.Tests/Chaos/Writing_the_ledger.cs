using OrderFlow.Chaos.Ledger;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>What customers were answered is on disk, or the run ends.</summary>
public sealed class Writing_the_ledger : IDisposable
{
    /// <summary>A disk that is always full.</summary>
    private const string FullDisk = "/dev/full";

    /// <summary>More than may wait to be written.</summary>
    private const int Many = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-ledger-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_single_order_can_be_seen_at_once()
    {
        var path = Path.Combine(_directory, "ledger.jsonl");
        await using var ledger = new LedgerFile(path);

        await ledger.Add(Placed(1));

        await Eventually.Get("the first order", () => Task.FromResult(LedgerFile.Read(path).Count), count => count == 1);
    }

    [Fact]
    public async Task Nobody_waits_for_a_disk_that_is_full()
    {
        var ledger = new LedgerFile(FullDisk);

        var added = await Assert.ThrowsAsync<IOException>(() => AddMany(ledger).WaitAsync(Patience));
        var ended = await Assert.ThrowsAsync<IOException>(() => ledger.DisposeAsync().AsTask().WaitAsync(Patience));

        Assert.StartsWith("the ledger cannot be written: No space left on device", added.Message, StringComparison.Ordinal);
        Assert.Equal(added.Message, ended.Message);
    }

    [Fact]
    public void A_file_that_cannot_be_is_known_from_the_beginning() =>
        Assert.Throws<DirectoryNotFoundException>(() => new LedgerFile(Path.Combine(_directory, "nowhere", "ledger.jsonl")));

    private static async Task AddMany(LedgerFile ledger)
    {
        for (var number = 1; number <= Many; number++) await ledger.Add(Placed(number));
    }

    private static Operation Placed(int number) => new(Asked.Place, number, "alice", $"key-{number}", [], number, [new(1, 0, 5, 201, null)]);
}
