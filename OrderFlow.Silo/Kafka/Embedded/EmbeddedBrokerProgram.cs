using System.Net;
using Microsoft.AspNetCore.Mvc;
using OrderFlow.ServiceDefaults.Http;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// The <c>kafka</c> mode of this program: an <see cref="EmbeddedBroker"/> on a free port, and HTTP endpoints that return its address and take it, or one of its
/// brokers, down and up. For development: both accept local connections only.
/// </summary>
internal static partial class EmbeddedBrokerProgram
{
    public static async Task Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var options = builder.GetValidatedOptions<EmbeddedBrokerOptions>(EmbeddedBrokerOptions.Section);
        builder.Services.AddHeadRequests();
        await using var app = builder.Build();
        app.ValidateOptions();

        using var broker = new EmbeddedBroker(options.TopicPartitions, brokers: options.Brokers);
        app.Use(RejectRemoteCallers);
        app.MapBroker(broker);

        LogDevelopmentOnly(app.Logger, broker.BootstrapServers);
        await app.RunAsync();
    }

    private static void MapBroker(this IEndpointRouteBuilder routes, EmbeddedBroker broker)
    {
        routes.MapGet("/health", () => new { status = "ok" });
        routes.MapGet("/bootstrap-servers", () => broker.BootstrapServers);
        routes.MapPost("/down", ([FromQuery(Name = "broker")] int? number) => broker.Down(number ?? Librdkafka.AllBrokers));
        routes.MapPost("/up", ([FromQuery(Name = "broker")] int? number) => broker.Up(number ?? Librdkafka.AllBrokers));
    }

    private static Task RejectRemoteCallers(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The embedded Kafka broker at {BootstrapServers} is for development only: " +
        "it keeps nothing on disk, and drops the oldest records beyond about 5 MiB per partition")]
    private static partial void LogDevelopmentOnly(ILogger log, string bootstrapServers);
}
