using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>A missing or invalid setting stops the silo, or a separate worker, with a sentence that names the variable.</summary>
public sealed class SiloSettings
{
    private static readonly Dictionary<string, string> Valid = new()
    {
        ["Postgres__ConnectionString"] = "Host=127.0.0.1;Port=1",
        ["Auth__Issuer"] = "i",
        ["Auth__Audience"] = "a",
        ["Auth__PublicKeyFile"] = Tokens.PublicKeyFile,
        ["Kafka__BootstrapServers"] = "127.0.0.1:1",
        ["Redis__ConnectionString"] = "127.0.0.1:1",
    };

    [Theory]
    [InlineData("Kafka__BootstrapServers", "", "Kafka__BootstrapServers is not set; it must be the brokers' addresses, such as kafka-1:9092,kafka-2:9092")]
    [InlineData("Redis__ConnectionString", "", "Redis__ConnectionString is not set: the silo needs a StackExchange.Redis configuration string, such as 127.0.0.1:6379,password=…")]
    [InlineData("Recovery__DeletedOrderRetention", "23:59:59", "Recovery__DeletedOrderRetention: must be at least Recovery__IdempotencyKeyRetention, 1.00:00:00, not 23:59:59")]
    [InlineData("Cluster__ProbeTimeout", "00:01:01", "Cluster__ProbeTimeout: must be between 00:00:00.2000000 and 00:01:00, not 00:01:01")]
    [InlineData("Recovery__Interval", "00:10:01", "Recovery__Interval: must be between 00:00:00.1000000 and 00:10:00, not 00:10:01")]
    [InlineData("Cluster__AdvertisedAddress", "nowhere", "Cluster__AdvertisedAddress: nowhere is not a valid IP address")]
    [InlineData("Kafka__ReplicationFactor", "0", "Kafka__ReplicationFactor: must be at least 1, or -1 for the broker's default")]
    [InlineData("Kafka__SslCaLocation", "/nowhere/ca.pem", "Kafka__SslCaLocation: the file /nowhere/ca.pem does not exist")]
    [InlineData("Notifications__Events", ",", "Notifications__Events: must name at least one event type")]
    [InlineData("Kafka__SecurityProtocol", "SaslSsl", "Kafka__SaslMechanism: must be set for SaslSsl")]
    [InlineData("Telemetry__MetricsPort", "65536", "Telemetry__MetricsPort: 65536 is not a valid port; 0 means every port")]
    [InlineData("OTEL_TRACES_SAMPLER", "often", "OTEL_TRACES_SAMPLER: 'often' is not a valid sampler; valid are always_on, always_off, traceidratio, and each of them after parentbased_")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "10%", "OTEL_TRACES_SAMPLER_ARG: '10%' is not a number from 0 to 1")]
    [InlineData("Notifications__Events", "order.sold", "Notifications__Events: 'order.sold' is not an event type; it must be one of order.created, order.reserved, order.failed, order.cancelled, order.reopened, order.confirmed, order.fulfilled")]
    public async Task An_invalid_setting_is_named(string variable, string value, string sentence)
    {
        var (exitCode, errors) = await Run([], new(Valid) { [variable] = value });

        Assert.Equal((1, sentence), (exitCode, Assert.Single(errors)));
    }

    [Fact]
    public async Task A_metrics_port_on_which_the_program_does_not_listen_is_named()
    {
        var (exitCode, errors) = await Run([], new(Valid) { ["ASPNETCORE_URLS"] = "http://*:8080;http://*:9464", ["Telemetry__MetricsPort"] = "9465" });

        Assert.Equal((1, "Telemetry__MetricsPort: 9465 is not a port of ASPNETCORE_URLS, which is http://*:8080;http://*:9464"), (exitCode, Assert.Single(errors)));
    }

    [Fact]
    public async Task Every_invalid_setting_is_named()
    {
        var (exitCode, errors) = await Run([], new(Valid) { ["Kafka__BootstrapServers"] = "", ["Redis__Queue"] = "{}", ["Notifications__Sender"] = "pigeon" });

        Assert.Equal(1, exitCode);
        Assert.Equal(
            ["Kafka__BootstrapServers", "Notifications__Sender:", "Redis__Queue"],
            errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_missing_setting_is_named()
    {
        var (exitCode, errors) = await Run([], []);

        Assert.Equal(1, exitCode);
        Assert.Equal(Valid.Keys.Order(StringComparer.Ordinal), errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Cluster__AdvertisedAddress", "nowhere", "Cluster__AdvertisedAddress:")]
    [InlineData("Cluster__SiloPort", "many", "Failed")]
    [InlineData("Postgres__ConnectionString", "Server", "Postgres__ConnectionString:")]
    [InlineData("Postgres__ConnectionString", "Database=orders", "Postgres__ConnectionString:")]
    public async Task An_invalid_setting_that_builds_the_host_is_named_with_the_others(string variable, string value, string beginning)
    {
        var (exitCode, errors) = await Run([], new(Valid) { [variable] = value, ["Kafka__BootstrapServers"] = "" });

        Assert.Equal(1, exitCode);
        Assert.Equal(new[] { "Kafka__BootstrapServers", beginning }.Order(StringComparer.Ordinal), errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Single(errors, line => line.Contains(variable, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rejected_connection_string_is_not_repeated()
    {
        var (exitCode, errors) = await Run([], new(Valid) { ["Postgres__ConnectionString"] = "Password=secret;Nowhere=1" });

        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("secret", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_separate_worker_requires_only_Redis()
    {
        var (exitCode, errors) = await Run(["worker"], []);

        Assert.Equal((1, "Redis__ConnectionString"), (exitCode, Assert.Single(errors).Split(' ')[0]));
    }

    private static async Task<(int ExitCode, string[] Errors)> Run(string[] mode, Dictionary<string, string> settings)
    {
        var (exitCode, _, errors) = await ProgramRun.ToEnd(ProgramRun.Silo, mode, settings);
        return (exitCode, errors);
    }
}
