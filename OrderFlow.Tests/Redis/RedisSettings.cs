using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Redis;

namespace OrderFlow.Tests.Redis;

public sealed class RedisSettings
{
    [Theory]
    [InlineData("ConnectionString", "", "Redis__ConnectionString is not set")]
    [InlineData("ConnectionString", "abortConnect=false", "it names no server")]
    [InlineData("ConnectionString", "localhost,pasword=secret", "Redis__ConnectionString is not a valid StackExchange.Redis configuration string")]
    [InlineData("Queue", "{orders}", "Redis__Queue must be 1 to 64 letters")]
    [InlineData("CompletedRetention", "00:00:01", "CompletedRetention")]
    [InlineData("HistoryLimit", "-1", "HistoryLimit")]
    [InlineData("DeadLetterLimit", "0", "DeadLetterLimit")]
    [InlineData("MaxReclaims", "0", "MaxReclaims")]
    public void Are_named_when_they_are_invalid(string name, string value, string sentence)
    {
        using var services = Services(new() { ["Redis:ConnectionString"] = "localhost", [$"Redis:{name}"] = value });

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(sentence, Assert.Single(error.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Have_defaults_for_all_but_the_connection_string()
    {
        await using var services = Services(new() { ["Redis:ConnectionString"] = "localhost" });

        services.GetRequiredService<IStartupValidator>().Validate();

        var options = services.GetRequiredService<IOptions<RedisOptions>>().Value;
        Assert.Equal(
            ("orderflow:notifications", TimeSpan.FromHours(24), 10_000, 100_000, 10),
            (options.Queue, options.CompletedRetention, options.HistoryLimit, options.DeadLetterLimit, options.MaxReclaims));
        Assert.Same(services.GetRequiredService<INotificationQueue>(), services.GetRequiredService<INotificationJobs>());
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings)
    {
        var silo = new Silo(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        silo.UseNotifications();
        return ((ServiceCollection)silo.Services).BuildServiceProvider();
    }

    /// <summary>A silo that is configured and never started.</summary>
    private sealed class Silo : ISiloBuilder
    {
        public Silo(IConfiguration configuration)
        {
            Configuration = configuration;
            Services.AddSingleton(configuration).AddLogging();
        }

        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; }
    }
}
