using Microsoft.Extensions.Configuration.Memory;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>How lines of the log are written: for people in Development, as JSON for machines everywhere else.</summary>
internal static class JsonLogs
{
    /// <summary>One JSON object a line, UTC, with the ids of trace and span where there are some. What <c>Logging__Console__FormatterOptions__*</c> says wins.</summary>
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
