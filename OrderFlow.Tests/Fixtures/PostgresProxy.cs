using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A proxy between silos and Postgres that delays one request, even after its client is gone, or the answer to it.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private volatile HeldRequest? _held;
    private int _serverPort;

    /// <summary>The connection string of the same database through this proxy.</summary>
    public string Through(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (_serverPort == 0)
        {
            _serverPort = settings.Port;
            _listener.Start();
            _ = Accept();
        }

        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        return settings.ConnectionString;
    }

    /// <summary>Holds the next request that contains this text: unprepared SQL or the value of a parameter.</summary>
    public HeldRequest Hold(string text) => _held = new(text, holdsAnswer: false);

    /// <summary>Lets the next request with this text reach the server and holds its answer.</summary>
    public HeldRequest HoldAnswer(string text) => _held = new(text, holdsAnswer: true);

    public async ValueTask DisposeAsync()
    {
        _held?.Release();
        await _end.CancelAsync();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync(_end.Token);
            _ = Connect(client);
        }
    }

    private async Task Connect(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(IPAddress.Loopback, _serverPort, _end.Token);
        var answers = Answer(server, client);
        await Ask(client, server).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        server.Shutdown(SocketShutdown.Send);
        await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Ask(Socket client, Socket server)
    {
        var chunk = new byte[ChunkBytes];
        while (await client.ReceiveAsync(chunk, _end.Token) is > 0 and var length)
        {
            if (_held is { } held && held.TakesRequest(chunk.AsSpan(0, length), client)) await held.Gate;
            await server.SendAsync(chunk.AsMemory(0, length), _end.Token);
        }
    }

    /// <summary>Reads all answers even after the client is gone: else the server might not process its requests.</summary>
    private async Task Answer(Socket server, Socket client)
    {
        using var ended = client;   // closes the client's connection with the server's
        var chunk = new byte[ChunkBytes];
        var isConnected = true;
        while (await server.ReceiveAsync(chunk, _end.Token) is > 0 and var length)
        {
            try
            {
                if (_held is { } held && held.TakesAnswer(client)) await held.Gate;
                if (isConnected) await client.SendAsync(chunk.AsMemory(0, length), _end.Token);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                isConnected = false;
            }
        }
    }

    /// <summary>A request on its way to the server, or whose answer is on its way to the client.</summary>
    internal sealed class HeldRequest(string text, bool holdsAnswer)
    {
        private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile Socket? _client;
        private volatile bool _isHeld;

        public Task Gate => _gate.Task;

        /// <summary>Waits until the request or its answer is held.</summary>
        public Task Arrived() => Eventually.Get($"a request with '{text}'", () => Task.FromResult(_isHeld), isHeld => isHeld);

        /// <summary>Cuts the connection of the client. The server still gets the request.</summary>
        public void CutClient() => _client!.Dispose();

        public void Release() => _gate.TrySetResult();

        public bool TakesRequest(ReadOnlySpan<byte> request, Socket client)
        {
            if (_client is not null || request.IndexOf(_text) < 0) return false;

            _client = client;
            return !holdsAnswer && (_isHeld = true);
        }

        public bool TakesAnswer(Socket client) => holdsAnswer && client == _client && (_isHeld = true);
    }
}
