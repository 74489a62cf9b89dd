using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>A cause that needs repair is reported, not that brokers are down.</summary>
public sealed class KafkaOutageCauses
{
    [Fact]
    public async Task A_host_name_that_does_not_resolve() =>
        Assert.Contains("Failed to resolve 'kafka.invalid:9092'", await Problem(options => options.BootstrapServers = "kafka.invalid:9092", "resolve"), StringComparison.Ordinal);

    [Fact]
    public async Task A_broker_that_does_not_speak_TLS()
    {
        using var broker = new EmbeddedKafka(partitions: 1);
        Assert.Contains("SSL_HANDSHAKE", await Problem(options => UseTls(options, broker.BootstrapServers), "SSL_HANDSHAKE"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var certificate = SelfSigned();
        using var over = new CancellationTokenSource();
        var serving = Serve(listener, certificate, over.Token);

        Assert.Contains(
            "certificate verify failed", await Problem(options => UseTls(options, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "certificate"), StringComparison.Ordinal);

        await over.CancelAsync();
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

    private static async Task Serve(TcpListener listener, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(certificate);
                await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;   // the test is over
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                // The client has rejected the certificate.
            }
        }
    }

    private static async Task<string> Problem(Action<KafkaOptions> configure, string word)
    {
        await using var services = new ServiceCollection()
            .AddLogging().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure(configure)
            .AddSingleton<KafkaAvailability>().AddSingleton<RecordClock>().AddSingleton<KafkaProducer>()
            .BuildServiceProvider();
        var kafka = services.GetRequiredService<KafkaAvailability>();
        services.GetRequiredService<KafkaProducer>().Send(Topics.Test, new() { Key = [1], Value = [1] }, _ => { });
        await Eventually.Get("the cause", () => Task.FromResult(kafka.Problem), problem => problem?.Contains(word, StringComparison.Ordinal) == true);
        kafka.Unreachable("2/2 brokers are down");
        return kafka.Problem!;
    }
}
