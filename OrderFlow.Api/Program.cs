using Microsoft.Extensions.Options;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Customers;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Health;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Live;
using OrderFlow.Api.Notifications;
using OrderFlow.Api.OpenApi;
using OrderFlow.Api.Orders;
using OrderFlow.Api.Telemetry;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Health;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.ServiceDefaults.Telemetry;

if (args is ["health", .. var check]) return await HealthCommand.Run(check);

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddApiTelemetry();
builder.AddHttp();
builder.AddCluster();
builder.Services.AddBearerTokens();
builder.Services.AddSingleton<IOrderIds, OrderIds>();
builder.Services.AddSingleton<OrderPlacer>();
builder.Services.AddValidatedOptions<ContactOptions>(ContactOptions.Section);
builder.Services.AddSingleton<ContactRules>();
builder.Services.AddLiveOrders();
builder.Services.AddSingleton<ClusterHealth>();
builder.Services.AddOpenApiDocument();

await using var app = builder.Build();
try
{
    app.ValidateOptions();
}
catch (OptionsValidationException invalid)
{
    foreach (var failure in invalid.Failures) await Console.Error.WriteLineAsync(failure);
    return 1;
}

app.UseRequestIds();
app.UseResponseHeaders();
app.UseMetrics();
app.UseProblemDetails();
app.UseValidUrls();
app.UseRouting();
app.UseCorsOrigins();
app.UseRequestTimeouts();
app.UseAuthentication();
app.UseRateLimitPerUser();
app.UseAuthorization();
app.UseUnsupportedHeaders();
app.UseSingleParameters();
app.MapHealth();
app.MapOrders();
app.MapLiveOrders();
app.MapCustomers();
app.MapInventory();
app.MapNotifications();
app.MapOpenApiDocument();

await app.RunAsync();
return 0;
