using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>A failover of Redis: its name resolves to another server, and existing connections stay with the old one, which is a replica now.</summary>
public sealed class RedisFailover
{
    [Fact]
    public async Task Reconnects_to_the_server_that_the_name_resolves_to()
    {
        await using var oldServer = new RedisServer();
        await using var newServer = new RedisServer();
        var password = ConfigurationOptions.Parse(await oldServer.ConnectionString()).Password!;
        await using var name = new ServerName(await Port(oldServer));
        var options = Options.Create(new RedisOptions { ConnectionString = $"127.0.0.1:{name.Port},password={password}", AllowDataLoss = true });
        await using var connection = new RedisConnection(options, NullLogger<RedisConnection>.Instance);
        var queue = new NotificationQueue(connection, options, TimeProvider.System, NullLogger<NotificationQueue>.Instance);
        using var probe = new RedisProbe(queue, connection, options, TimeProvider.System, NullLogger<RedisProbe>.Instance);
        await probe.StartAsync(CancellationToken.None);
        Assert.True(await queue.Enqueue(TestQueue.Job(1)));

        name.Target = await Port(newServer);
        await newServer.Execute("CONFIG", "SET", "requirepass", password);
        await oldServer.Execute("REPLICAOF", "127.0.0.1", "1");

        await Eventually.Get("the other server to accept jobs", () => TryEnqueue(queue, 2), accepted => accepted);
        Assert.Null(await Eventually.Get("health to recover", probe.GetFault, fault => fault is null));
        Assert.Equal(1, (await queue.GetStats()).Waiting);   // the first job is on the old server
        await probe.StopAsync(CancellationToken.None);
    }

    private static async Task<bool> TryEnqueue(NotificationQueue queue, long order)
    {
        try
        {
            return await queue.Enqueue(TestQueue.Job(order));
        }
        catch (RedisServerException)
        {
            return false;
        }
    }

    private static async Task<int> Port(RedisServer server) => ((IPEndPoint)ConfigurationOptions.Parse(await server.ConnectionString()).EndPoints.Single()).Port;

    /// <summary>A proxy in place of a DNS name: forwards new connections to the current target; existing ones stay.</summary>
    private sealed class ServerName : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _running;

        public ServerName(int target)
        {
            Target = target;
            _listener.Start();
            _running = Run();
        }

        public int Target { get; set; }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _running;
        }

        private async Task Run()
        {
            try
            {
                while (true) _ = Forward(await _listener.AcceptTcpClientAsync(), Target);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
            }
        }

        private static async Task Forward(TcpClient from, int port)
        {
            using var _ = from;
            using var to = new TcpClient();
            await to.ConnectAsync(IPAddress.Loopback, port);
            var (there, back) = (from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
            await (await Task.WhenAny(there, back)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
