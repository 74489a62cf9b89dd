using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace OrderFlow.Chaos.Ledger;

/// <summary>The ledger on disk: a line of JSON for each operation, written when it has ended.</summary>
internal sealed class LedgerFile : IAsyncDisposable
{
    private const int MostUnwritten = 10_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Channel<Operation> _unwritten = Channel.CreateBounded<Operation>(MostUnwritten);
    private readonly Task _writing;

    /// <exception cref="IOException">There can be no such file; so says <see cref="UnauthorizedAccessException"/>, too.</exception>
    public LedgerFile(string path) => _writing = Write(new StreamWriter(path));

    /// <exception cref="IOException">The file cannot be written any more: what is not written down cannot be judged.</exception>
    public async ValueTask Add(Operation operation)
    {
        try
        {
            await _unwritten.Writer.WriteAsync(operation);
        }
        catch (ChannelClosedException)
        {
            await _writing;
            throw;
        }
    }

    /// <exception cref="IOException">Not everything is in the file.</exception>
    public async ValueTask DisposeAsync()
    {
        _unwritten.Writer.TryComplete();
        await _writing;
    }

    public static IReadOnlyList<Operation> Read(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Operation>(line, Json)!)];

    private async Task Write(StreamWriter to)
    {
        try
        {
            await using var file = to;
            while (await _unwritten.Reader.WaitToReadAsync())
            {
                while (_unwritten.Reader.TryRead(out var operation)) await file.WriteLineAsync(JsonSerializer.Serialize(operation, Json));
                await file.FlushAsync();   // a slow customer's first order is seen at once, and a run that is cut off loses nothing
            }
        }
        catch (IOException error)
        {
            var unwritable = new IOException($"the ledger cannot be written: {error.Message}", error);
            _unwritten.Writer.TryComplete(unwritable);   // nobody waits for room that there will never be
            throw unwritable;
        }
    }
}
