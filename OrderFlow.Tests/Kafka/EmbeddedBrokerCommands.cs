using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrderFlow.Silo.Kafka.Embedded;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>The <c>kafka</c> mode of the silo program, started as by infra/.</summary>
public sealed class EmbeddedBrokerCommands
{
    [Fact]
    public async Task Return_the_address_and_take_the_broker_down_and_up()
    {
        using var program = Start(partitions: "2", out var url);
        using var http = new HttpClient { BaseAddress = url };
        try
        {
            await Eventually.Get("the program to be healthy", () => Health(http), answer => answer == """{"status":"ok"}""");
            var broker = IPEndPoint.Parse(await http.GetStringAsync(new Uri("/bootstrap-servers", UriKind.Relative)));
            Assert.Equal(IPAddress.Loopback, broker.Address);
            Assert.True(await Answers(broker));

            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(new Uri("/down", UriKind.Relative), content: null)).StatusCode);
            Assert.False(await Answers(broker));

            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(new Uri("/up", UriKind.Relative), content: null)).StatusCode);
            Assert.True(await Answers(broker));
        }
        finally
        {
            program.Kill();
        }
    }

    [Fact]
    public async Task An_invalid_setting_ends_the_program_and_is_named()
    {
        using var program = Start(partitions: "0", out _);
        var errors = program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, program.ExitCode);
        Assert.Equal("Kafka__TopicPartitions: must be between 1 and 1000\n", await errors);
    }

    private static Process Start(string partitions, out Uri url)
    {
        url = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 32_768)}");
        var start = new ProcessStartInfo("dotnet", [typeof(EmbeddedBroker).Assembly.Location, "kafka"]) { RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = url.ToString();
        start.Environment["Kafka__TopicPartitions"] = partitions;
        start.Environment["Logging__LogLevel__Default"] = "None";
        return Process.Start(start)!;
    }

    private static async Task<string> Health(HttpClient http)
    {
        try
        {
            return await http.GetStringAsync(new Uri("/health", UriKind.Relative));
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
    }

    private static async Task<bool> Answers(IPEndPoint broker)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(broker);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
