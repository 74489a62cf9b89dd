using Microsoft.Extensions.Configuration.Memory;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>Writes log lines as text for people in Development, and as JSON everywhere else.</summary>
internal static class JsonLogs
{
    /// <summary>One JSON object per line, in UTC, with the ids of trace and span if there are any. <c>Logging__Console__FormatterOptions__*</c> overrides it.</summary>
    public static void AddJsonLogs(this IHostApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment()) return;

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:Console:FormatterOptions:IncludeScopes", "true"),
                new("Logging:Console:FormatterOptions:UseUtcTimestamp", "true"),
                new("Logging:Console:FormatterOptions:TimestampFormat", "yyyy-MM-ddTHH:mm:ss.fffZ"),
            ],
        });
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Logging.AddJsonConsole();
    }
}
