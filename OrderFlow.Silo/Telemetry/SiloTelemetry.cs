using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Telemetry;
using Orleans.Diagnostics;

namespace OrderFlow.Silo.Telemetry;

/// <summary>Logs, metrics and traces of a silo or a separate worker.</summary>
internal static class SiloTelemetry
{
    private static readonly string[] Meters =
    [
        OrderMetrics.MeterName, StockMetrics.MeterName, CommitMetrics.MeterName, KafkaMetrics.MeterName, NotificationMetrics.MeterName, HealthMetrics.MeterName, SigningKeyMetrics.MeterName,
        "Microsoft.Orleans", "Npgsql", "Microsoft.AspNetCore.Hosting", "System.Runtime",
    ];

    /// <summary>Without Orleans' own sources: its timers and silo-to-silo calls belong to no order.</summary>
    private static readonly string[] Sources = [Traces.SourceName, ActivitySources.ApplicationGrainActivitySourceName, "Npgsql"];

    public static void AddSiloTelemetry(this IHostApplicationBuilder builder)
    {
        builder.AddJsonLogs();
        builder.AddTelemetry("orderflow-silo", Meters, Sources, instrumentation: null, rootSpans: [Traces.Recover, Traces.Expire]);
    }

    /// <summary>Propagates traces through grain calls.</summary>
    public static void UseTelemetry(this ISiloBuilder silo)
    {
        if (OpenTelemetryVariables.SendTraces(silo.Configuration)) silo.AddActivityPropagation().AddOutgoingGrainCallFilter<UnsampledCallFilter>();
    }
}
