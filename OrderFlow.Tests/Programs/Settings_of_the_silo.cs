using System.Diagnostics;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Api;

namespace OrderFlow.Tests.Programs;

/// <summary>A setting that is missing or wrong stops the silo, or a worker apart from silos, with a sentence that names the variable.</summary>
public sealed class Settings_of_the_silo
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["Postgres__ConnectionString"] = "Host=127.0.0.1;Port=1",
        ["Auth__Issuer"] = "i",
        ["Auth__Audience"] = "a",
        ["Auth__PublicKeyFile"] = Tokens.PublicKeyFile,
        ["Kafka__BootstrapServers"] = "127.0.0.1:1",
        ["Redis__ConnectionString"] = "127.0.0.1:1",
    };

    [Theory]
    [InlineData("Kafka__BootstrapServers", "", "Kafka__BootstrapServers is not set: the silo needs the brokers' addresses, such as kafka-1:9092,kafka-2:9092")]
    [InlineData("Redis__ConnectionString", "", "Redis__ConnectionString is not set: the silo needs a StackExchange.Redis configuration string, such as 127.0.0.1:6379,password=…")]
    [InlineData("Recovery__DeletedOrderRetention", "23:59:59", "Recovery__DeletedOrderRetention: must be at least Recovery__IdempotencyKeyRetention, 1.00:00:00")]
    [InlineData("Cluster__ProbeTimeout", "00:01:01", "Cluster__ProbeTimeout: 00:01:01 is not from 00:00:00.2000000 to 00:01:00")]
    [InlineData("Kafka__ReplicationFactor", "0", "Kafka__ReplicationFactor: 0 replicas cannot be; -1 leaves it to the broker")]
    [InlineData("Kafka__SslCaLocation", "/nowhere/ca.pem", "Kafka__SslCaLocation: there is no file /nowhere/ca.pem")]
    [InlineData("Notifications__Events", ",", "Notifications__Events: must name at least one event type")]
    [InlineData("Kafka__SecurityProtocol", "SaslSsl", "Kafka__SaslMechanism: SaslSsl needs one")]
    [InlineData("Telemetry__MetricsPort", "65536", "Telemetry__MetricsPort: 65536 is no port; 0 means every port")]
    [InlineData("OTEL_TRACES_SAMPLER", "often", "OTEL_TRACES_SAMPLER: there is no sampler 'often'; there are always_on, always_off, traceidratio, and the same with parentbased_ before")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "10%", "OTEL_TRACES_SAMPLER_ARG: '10%' is no number from 0 to 1")]
    [InlineData("Notifications__Events", "order.sold", "Notifications__Events: 'order.sold' is not an event type; it must be one of order.created, order.reserved, order.failed, order.cancelled, order.reopened")]
    public async Task One_that_is_wrong_is_named(string variable, string value, string sentence)
    {
        var (exitCode, errors) = await Run([], new(Good) { [variable] = value });

        Assert.Equal((1, sentence), (exitCode, Assert.Single(errors)));
    }

    [Fact]
    public async Task A_port_for_metrics_at_which_nobody_listens_is_named()
    {
        var (exitCode, errors) = await Run([], new(Good) { ["ASPNETCORE_URLS"] = "http://*:8080;http://*:9464", ["Telemetry__MetricsPort"] = "9465" });

        Assert.Equal((1, "Telemetry__MetricsPort: 9465 is no port of ASPNETCORE_URLS, which is http://*:8080;http://*:9464"), (exitCode, Assert.Single(errors)));
    }

    [Fact]
    public async Task Several_are_all_named()
    {
        var (exitCode, errors) = await Run([], new(Good) { ["Kafka__BootstrapServers"] = "", ["Redis__Queue"] = "{}", ["Notifications__Sender"] = "pigeon" });

        Assert.Equal(1, exitCode);
        Assert.Equal(
            ["Kafka__BootstrapServers", "Notifications__Sender:", "Redis__Queue"],
            errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_that_are_missing_are_named()
    {
        var (exitCode, errors) = await Run([], []);

        Assert.Equal(1, exitCode);
        Assert.Equal(Good.Keys.Order(StringComparer.Ordinal), errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Cluster__AdvertisedAddress", "nowhere", "Cluster__AdvertisedAddress:")]
    [InlineData("Cluster__SiloPort", "many", "Failed")]
    [InlineData("Postgres__ConnectionString", "Server", "Postgres__ConnectionString:")]
    public async Task One_that_the_host_is_put_together_with_is_named_beside_others(string variable, string value, string beginning)
    {
        var (exitCode, errors) = await Run([], new(Good) { [variable] = value, ["Kafka__BootstrapServers"] = "" });

        Assert.Equal(1, exitCode);
        Assert.Equal(new[] { "Kafka__BootstrapServers", beginning }.Order(StringComparer.Ordinal), errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Single(errors, line => line.Contains(variable, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_apart_needs_Redis_alone()
    {
        var (exitCode, errors) = await Run(["worker"], []);

        Assert.Equal((1, "Redis__ConnectionString"), (exitCode, Assert.Single(errors).Split(' ')[0]));
    }

    private static async Task<(int ExitCode, string[] Errors)> Run(string[] mode, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Topics).Assembly.Location, .. mode]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var program = Process.Start(start)!;
        var output = program.StandardOutput.ReadToEndAsync();
        var errors = await program.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await program.WaitForExitAsync();
        await output;
        return (program.ExitCode, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
