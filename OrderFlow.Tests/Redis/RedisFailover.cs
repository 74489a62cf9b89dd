using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>Redis that hands its role to another server: its name leads there from then on, and connections that were made before stay where they are.</summary>
public sealed class RedisFailover
{
    [Fact]
    public async Task Is_followed_to_the_server_that_the_name_leads_to_by_then()
    {
        await using var former = new RedisServer();
        await using var latter = new RedisServer();
        var password = ConfigurationOptions.Parse(await former.ConnectionString()).Password!;
        await using var name = new Name(await Port(former));
        var options = Options.Create(new RedisOptions { ConnectionString = $"127.0.0.1:{name.Port},password={password}", AllowDataLoss = true });
        await using var connection = new RedisConnection(options, NullLogger<RedisConnection>.Instance);
        var queue = new NotificationQueue(connection, options, TimeProvider.System, NullLogger<NotificationQueue>.Instance);
        using var probe = new RedisProbe(queue, connection, options, TimeProvider.System, NullLogger<RedisProbe>.Instance);
        await probe.StartAsync(CancellationToken.None);
        Assert.True(await queue.Enqueue(TestQueue.Job(1)));

        name.LeadsTo = await Port(latter);
        await latter.Execute("CONFIG", "SET", "requirepass", password);
        await former.Execute("REPLICAOF", "127.0.0.1", "1");

        await Eventually.Get("jobs to be taken by the other server", () => Enqueues(queue, 2), taken => taken);
        Assert.Null(await Eventually.Get("health to say so", probe.GetFault, fault => fault is null));
        Assert.Equal(1, (await queue.GetStats()).Waiting);   // what was queued before is with the former
        await probe.StopAsync(CancellationToken.None);
    }

    private static async Task<bool> Enqueues(NotificationQueue queue, long order)
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

    /// <summary>Takes new connections to where it leads now; those that are there stay.</summary>
    private sealed class Name : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _running;

        public Name(int leadsTo)
        {
            LeadsTo = leadsTo;
            _listener.Start();
            _running = Run();
        }

        public int LeadsTo { get; set; }

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
                while (true) _ = Carry(await _listener.AcceptTcpClientAsync(), LeadsTo);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
            }
        }

        private static async Task Carry(TcpClient from, int port)
        {
            using var _ = from;
            using var to = new TcpClient();
            await to.ConnectAsync(IPAddress.Loopback, port);
            var (there, back) = (from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
            await (await Task.WhenAny(there, back)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
