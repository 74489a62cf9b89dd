using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Stands between silos and their Postgres, and holds back a request that a test names, also when the client that sent it is gone, or its answer.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private volatile HeldRequest? _held;
    private int _serverPort;

    /// <summary>The same database, by way of this proxy.</summary>
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

    /// <summary>Holds the next request that has this text: SQL that was not prepared yet, or the value of a parameter.</summary>
    public HeldRequest Hold(string text) => _held = new(text, holdsAnswer: false);

    /// <summary>The same, but the server gets the request: it is its answer that is held.</summary>
    public HeldRequest HoldAnswer(string text) => _held = new(text, holdsAnswer: true);

    public async ValueTask DisposeAsync()
    {
        _held?.LetGo();
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

    /// <summary>Reads to the end also where nobody hears the answers: else the server might lose what it was sent.</summary>
    private async Task Answer(Socket server, Socket client)
    {
        using var ended = client;   // when the server ends the connection, so does this
        var chunk = new byte[ChunkBytes];
        var isHeard = true;
        while (await server.ReceiveAsync(chunk, _end.Token) is > 0 and var length)
        {
            try
            {
                if (_held is { } held && held.TakesAnswer(client)) await held.Gate;
                if (isHeard) await client.SendAsync(chunk.AsMemory(0, length), _end.Token);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                isHeard = false;
            }
        }
    }

    /// <summary>A request that has left its client and has not reached the server, or whose answer has not reached the client.</summary>
    internal sealed class HeldRequest(string text, bool holdsAnswer)
    {
        private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile Socket? _client;
        private volatile bool _isHeld;

        public Task Gate => _gate.Task;

        /// <summary>Waits until the request is held, or its answer.</summary>
        public Task Arrived() => Eventually.Get($"a request with '{text}'", () => Task.FromResult(_isHeld), isHeld => isHeld);

        /// <summary>Cuts the connection for whoever sent the request. The server is still to get it.</summary>
        public void CutClient() => _client!.Dispose();

        public void LetGo() => _gate.TrySetResult();

        public bool TakesRequest(ReadOnlySpan<byte> request, Socket client)
        {
            if (_client is not null || request.IndexOf(_text) < 0) return false;

            _client = client;
            return !holdsAnswer && (_isHeld = true);
        }

        public bool TakesAnswer(Socket client) => holdsAnswer && client == _client && (_isHeld = true);
    }
}
