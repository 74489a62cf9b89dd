using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

/// <summary>A Redis that can lose jobs is refused at start, unless a setting allows it, and is named by health where it comes to be so later.</summary>
public sealed class RedisDurabilityCheck
{
    private const string Evicts = "maxmemory-policy must be noeviction: with allkeys-lru Redis throws jobs away when its memory is full.";
    private const string Forgets = "appendonly must be yes: jobs would be lost whenever Redis ends.";
    private const string Lags = "appendfsync must be always: with everysec the latest jobs are lost in a power cut.";

    [Theory]
    [InlineData("noeviction", true, "always", "")]
    [InlineData("noeviction", true, null, "")]
    [InlineData(null, null, null, "")]
    [InlineData("allkeys-lru", true, "always", Evicts)]
    [InlineData("noeviction", true, "everysec", Lags)]
    [InlineData("noeviction", false, "always", Forgets)]
    [InlineData("allkeys-lru", false, "everysec", Evicts + "|" + Forgets)]
    public void Is_judged_by_what_the_server_says(string? policy, bool? appendonly, string? appendfsync, string violations) =>
        Assert.Equal(violations, string.Join("|", new RedisDurability(policy, appendonly, appendfsync).Violations()));

    [Fact]
    public async Task That_can_lose_jobs_stops_the_program_with_sentences_that_say_what_would_be_right()
    {
        await using var server = new RedisServer("appendonly=no", "maxmemory-policy=allkeys-lru");
        using var program = Start(await server.ConnectionString(), "false");

        var errors = await program.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await program.WaitForExitAsync();

        Assert.Equal(1, program.ExitCode);
        Assert.Equal(
            [$"Redis__ConnectionString: {Evicts} Redis__AllowDataLoss=true allows it.", $"Redis__ConnectionString: {Forgets} Redis__AllowDataLoss=true allows it."],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task That_is_allowed_to_lose_jobs_is_named_in_the_log_at_each_start()
    {
        await using var server = new RedisServer("appendonly=no", "maxmemory-policy=allkeys-lru");
        using var program = Start(await server.ConnectionString(), "true");

        var warning = await LineWith(program, "Redis__AllowDataLoss").WaitAsync(TimeSpan.FromSeconds(60));
        program.Kill();

        Assert.Contains($"Redis can lose notifications, which Redis__AllowDataLoss allows: {Evicts} {Forgets}", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maxmemory-policy", "allkeys-lru", "noeviction", Evicts)]
    [InlineData("appendfsync", "everysec", "always", Lags)]
    [InlineData("appendonly", "no", "yes", Forgets)]
    public async Task That_is_lost_while_programs_run_is_named_by_health(string setting, string unsafely, string safely, string violation)
    {
        await using var server = new RedisServer();
        using var world = new World(server);
        await using var cluster = await OrderFlowCluster.Start(silos: 1, world: world);

        await server.Execute("CONFIG", "SET", setting, unsafely);
        await Says(cluster, $"Redis may lose notifications: {violation.TrimEnd('.')}");
        await server.Execute("CONFIG", "SET", setting, safely);
        await Says(cluster, fault: null);
    }

    private static async Task Says(OrderFlowCluster cluster, string? fault)
    {
        var health = cluster.SiloServices.GetRequiredService<HealthCheckService>();
        await Eventually.Get(
            $"the silo to say: {fault}",
            async () => (await health.CheckHealthAsync(check => check.Name == "redis")).Entries.Values.Single(),
            entry => entry.Description == fault);
    }

    private static async Task<string> LineWith(Process program, string word)
    {
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal)) return line;
        }

        return $"no line with {word}";
    }

    /// <summary>A worker, which needs nothing but Redis.</summary>
    private static Process Start(string redis, string allowDataLoss)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(NotificationQueue).Assembly.Location, "worker"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Redis__ConnectionString"] = redis;
        start.Environment["Redis__AllowDataLoss"] = allowDataLoss;
        return Process.Start(start)!;
    }
}
