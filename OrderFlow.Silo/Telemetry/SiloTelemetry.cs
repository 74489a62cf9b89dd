using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Postgres;
using OrderFlow.Telemetry;
using Orleans.Diagnostics;

namespace OrderFlow.Silo.Telemetry;

/// <summary>What a silo, or a worker apart from silos, tells of itself.</summary>
internal static class SiloTelemetry
{
    private static readonly string[] Meters =
    [
        OrderMetrics.MeterName, CommitMetrics.MeterName, KafkaMetrics.MeterName, NotificationMetrics.MeterName, HealthMetrics.MeterName,
        "Microsoft.Orleans", "Npgsql", "Microsoft.AspNetCore.Hosting", "System.Runtime",
    ];

    /// <summary>Without Orleans' own: its timers and talks between silos belong to no order.</summary>
    private static readonly string[] Sources = [Traces.SourceName, ActivitySources.ApplicationGrainActivitySourceName, "Npgsql"];

    public static void AddSiloTelemetry(this IHostApplicationBuilder builder)
    {
        builder.AddJsonLogs();
        builder.AddTelemetry("orderflow-silo", Meters, Sources, instrumentation: null, beginnings: Traces.Recover);
    }

    /// <summary>Takes the trace of each call of a grain, and sends it on with those that the grain makes.</summary>
    public static void UseTelemetry(this ISiloBuilder silo)
    {
        if (OpenTelemetryOptions.SendTraces(silo.Configuration)) silo.AddActivityPropagation().AddOutgoingGrainCallFilter<UnsampledCallFilter>();
    }
}
