using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>What somebody has to repair is named, not that brokers are down.</summary>
public sealed class Causes_of_outages
{
    [Fact]
    public async Task A_host_that_is_not_known() =>
        Assert.Contains("Failed to resolve 'kafka.invalid:9092'", await Trouble(options => options.BootstrapServers = "kafka.invalid:9092", "resolve"), StringComparison.Ordinal);

    [Fact]
    public async Task A_broker_that_does_not_speak_TLS()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        Assert.Contains("SSL_HANDSHAKE", await Trouble(options => UseTls(options, kafka.BootstrapServers), "SSL_HANDSHAKE"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var certificate = SelfSigned();
        var serving = Serve(listener, certificate);

        Assert.Contains(
            "certificate verify failed", await Trouble(options => UseTls(options, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "certificate"), StringComparison.Ordinal);

        listener.Stop();
        await serving;
    }

    private static void UseTls(KafkaOptions options, string servers)
    {
        options.BootstrapServers = servers;
        options.SecurityProtocol = SecurityProtocol.Ssl;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=kafka", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task Serve(TcpListener listener, X509Certificate2 certificate)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(certificate);
                await stream.ReadExactlyAsync(new byte[1]);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;   // the test is over
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                // Refused by the client, as it is to be.
            }
        }
    }

    private static async Task<string> Trouble(Action<KafkaOptions> configure, string word)
    {
        await using var services = new ServiceCollection()
            .AddLogging().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure(configure)
            .AddSingleton<KafkaState>().AddSingleton<RecordClock>().AddSingleton<KafkaProducer>()
            .BuildServiceProvider();
        var state = services.GetRequiredService<KafkaState>();
        services.GetRequiredService<KafkaProducer>().Send(Topics.Test, new() { Key = [1], Value = [1] }, _ => { });
        await Eventually.Get("the cause", () => Task.FromResult(state.Trouble), trouble => trouble?.Contains(word, StringComparison.Ordinal) == true);
        state.Failed("2/2 brokers are down");
        return state.Trouble!;
    }
}
