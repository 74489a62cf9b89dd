using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

/// <summary>A Redis that can lose jobs is rejected at start, unless a setting allows it; later, health reports it.</summary>
public sealed class RedisDurabilityCheck
{
    private const string Eviction = "maxmemory-policy must be noeviction: with allkeys-lru Redis evicts jobs when its memory is full.";
    private const string NoPersistence = "appendonly must be yes: otherwise jobs are lost whenever Redis stops.";
    private const string LateSync = "appendfsync must be always: with everysec a power cut loses the latest jobs.";

    [Theory]
    [InlineData("noeviction", true, "always", "")]
    [InlineData("noeviction", true, null, "")]
    [InlineData(null, null, null, "")]
    [InlineData("allkeys-lru", true, "always", Eviction)]
    [InlineData("noeviction", true, "everysec", LateSync)]
    [InlineData("noeviction", false, "always", NoPersistence)]
    [InlineData("allkeys-lru", false, "everysec", Eviction + "|" + NoPersistence)]
    public void Finds_violations_in_the_server_settings(string? policy, bool? appendonly, string? appendfsync, string violations) =>
        Assert.Equal(violations, string.Join("|", new RedisDurability(policy, appendonly, appendfsync).Violations()));

    [Fact]
    public async Task Stops_the_program_when_jobs_could_be_lost()
    {
        await using var server = new RedisServer("appendonly=no", "maxmemory-policy=allkeys-lru");
        using var program = Start(await server.ConnectionString(), "false");

        var errors = await program.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await program.WaitForExitAsync();

        Assert.Equal(1, program.ExitCode);
        Assert.Equal(
            [$"Redis__ConnectionString: {Eviction} Redis__AllowDataLoss=true allows it.", $"Redis__ConnectionString: {NoPersistence} Redis__AllowDataLoss=true allows it."],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Logs_a_warning_at_each_start_when_data_loss_is_allowed()
    {
        await using var server = new RedisServer("appendonly=no", "maxmemory-policy=allkeys-lru");
        using var program = Start(await server.ConnectionString(), "true");

        var warning = await FindLine(program, "Redis__AllowDataLoss").WaitAsync(TimeSpan.FromSeconds(60));
        program.Kill();

        Assert.Contains($"Redis can lose notifications, which Redis__AllowDataLoss allows: {Eviction} {NoPersistence}", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maxmemory-policy", "allkeys-lru", "noeviction", Eviction)]
    [InlineData("appendfsync", "everysec", "always", LateSync)]
    [InlineData("appendonly", "no", "yes", NoPersistence)]
    public async Task Is_reported_by_health_when_settings_change_at_run_time(string setting, string unsafeValue, string safeValue, string violation)
    {
        await using var server = new RedisServer();
        using var external = new ExternalSystems(server);
        await using var cluster = await OrderFlowCluster.Start(silos: 1, external: external);

        await server.Execute("CONFIG", "SET", setting, unsafeValue);
        await AwaitHealth(cluster, $"Redis may lose notifications: {violation.TrimEnd('.')}");
        await server.Execute("CONFIG", "SET", setting, safeValue);
        await AwaitHealth(cluster, fault: null);
    }

    private static async Task AwaitHealth(OrderFlowCluster cluster, string? fault)
    {
        var health = cluster.SiloServices.GetRequiredService<HealthCheckService>();
        await Eventually.Get(
            $"health to report: {fault}",
            async () => (await health.CheckHealthAsync(check => check.Name == "redis")).Entries.Values.Single(),
            entry => entry.Description == fault);
    }

    private static async Task<string> FindLine(Process program, string word)
    {
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal)) return line;
        }

        return $"no line with {word}";
    }

    /// <summary>Starts a worker, which needs only Redis.</summary>
    private static Process Start(string redis, string allowDataLoss)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(NotificationQueue).Assembly.Location, "worker"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Redis__ConnectionString"] = redis;
        start.Environment["Redis__AllowDataLoss"] = allowDataLoss;
        return Process.Start(start)!;
    }
}
