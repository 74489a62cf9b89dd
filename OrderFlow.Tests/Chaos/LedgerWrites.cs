using OrderFlow.Chaos.Ledger;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>Responses to the workload are on disk, or the run fails.</summary>
public sealed class LedgerWrites : IDisposable
{
    /// <summary>A disk that is always full.</summary>
    private const string FullDisk = "/dev/full";

    /// <summary>More operations than the write queue holds.</summary>
    private const int Many = 20_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-ledger-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task One_operation_is_on_disk_at_once()
    {
        var path = Path.Combine(_directory, "ledger.jsonl");
        await using var ledger = new LedgerFile(path);

        await ledger.Add(Placed(1));

        await Eventually.Get("the first order", () => Task.FromResult(LedgerFile.Read(path).Count), count => count == 1);
    }

    [Fact]
    public async Task A_full_disk_fails_the_run_instead_of_blocking_it()
    {
        var ledger = new LedgerFile(FullDisk);

        var added = await Assert.ThrowsAsync<IOException>(() => AddMany(ledger).WaitAsync(Timeout));
        var ended = await Assert.ThrowsAsync<IOException>(() => ledger.DisposeAsync().AsTask().WaitAsync(Timeout));

        Assert.StartsWith("the ledger cannot be written: No space left on device", added.Message, StringComparison.Ordinal);
        Assert.Equal(added.Message, ended.Message);
    }

    [Fact]
    public void A_file_that_cannot_be_created_is_refused_at_start() =>
        Assert.Throws<DirectoryNotFoundException>(() => new LedgerFile(Path.Combine(_directory, "nowhere", "ledger.jsonl")));

    private static async Task AddMany(LedgerFile ledger)
    {
        for (var number = 1; number <= Many; number++) await ledger.Add(Placed(number));
    }

    private static Operation Placed(int number) => new(Asked.Place, number, "alice", $"key-{number}", [], number, [new(1, 0, 5, 201, null)]);
}
