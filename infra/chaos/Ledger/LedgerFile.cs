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

    public LedgerFile(string path) => _writing = Write(path);

    public ValueTask Add(Operation operation) => _unwritten.Writer.WriteAsync(operation);

    public async ValueTask DisposeAsync()
    {
        _unwritten.Writer.Complete();
        await _writing;
    }

    public static IReadOnlyList<Operation> Read(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Operation>(line, Json)!)];

    private async Task Write(string path)
    {
        await using var file = new StreamWriter(path);
        await foreach (var operation in _unwritten.Reader.ReadAllAsync()) await file.WriteLineAsync(JsonSerializer.Serialize(operation, Json));
    }
}
