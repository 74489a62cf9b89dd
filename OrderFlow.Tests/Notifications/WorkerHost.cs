using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Worker;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Notifications;

/// <summary>A worker in a host of its own, set up as in production except for the queue, the clock and, where one is given, the sender.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    /// <summary>No jitter, so that times are exact, and poll intervals that differ from every other time in the tests.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Notifications:Worker:Jitter"] = "0",
        ["Notifications:Worker:MinPollInterval"] = "00:00:00.020",
        ["Notifications:Worker:MaxPollInterval"] = "00:00:00.050",
    };

    private readonly IHost _host;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = [];
    private bool _started;

    /// <param name="jobs">The queue.</param>
    /// <param name="sender">The sender; null for the configured one.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="settings">Such as <c>Notifications:Worker:Concurrency</c>.</param>
    public WorkerHost(INotificationJobs jobs, INotificationSender? sender = null, TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(Defaults);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(jobs);
        builder.Services.AddNotificationWorker();
        if (sender is not null) builder.Services.Replace(ServiceDescriptor.Singleton(sender));
        _host = builder.Build();
    }

    public LogLines Log { get; } = new();

    public INotificationSender Sender => _host.Services.GetRequiredService<INotificationSender>();

    public WorkerOptions Options => _host.Services.GetRequiredService<IOptions<WorkerOptions>>().Value;

    /// <summary>The task of the worker itself.</summary>
    public Task WorkerTask => _host.Services.GetServices<IHostedService>().OfType<NotificationWorker>().Single().ExecuteTask!;

    public static async Task<WorkerHost> Start(
        INotificationJobs jobs, INotificationSender? sender = null, TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var host = new WorkerHost(jobs, sender, time, settings);
        await host.Start();
        return host;
    }

    public async Task Start()
    {
        Listen();
        await _host.StartAsync();
        _started = true;
    }

    /// <summary>The result of a health check.</summary>
    public async Task<(HealthStatus Status, string? Description)> Health(string check)
    {
        var report = await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(each => each.Name == check);
        return (report.Entries[check].Status, report.Entries[check].Description);
    }

    public Task Stop() => _host.StopAsync();

    /// <summary>The value of a counter such as <c>sent</c>.</summary>
    public long Counted(string name) => _counted.GetValueOrDefault($"orderflow.notifications.{name}");

    /// <summary>Waits for something the worker does by itself.</summary>
    public static Task Until(string awaited, Func<bool> condition) => Eventually.Get(awaited, () => Task.FromResult(condition()), met => met);

    public async ValueTask DisposeAsync()
    {
        if (_started) await Stop();
        _listener.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private void Listen()
    {
        var meters = _host.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == NotificationMetrics.MeterName && instrument.Meter.Scope == meters) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, 1, tags));
        _listener.Start();
    }

    private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Assert.True(tags.IsEmpty, $"{instrument.Name} has tags");
        _counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
    }
}
