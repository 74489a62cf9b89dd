using Microsoft.Extensions.Options;
using OrderFlow.Silo;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Dashboard;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Postgres;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var postgres = builder.Configuration.Require<PostgresOptions>(PostgresOptions.Section);
    var cluster = builder.Configuration.Require<SiloClusterOptions>(SiloClusterOptions.Section);

    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.Limit);
    builder.Services.AddSiloHealth();
    builder.AddDashboardAccess();
    builder.UseOrleans(silo =>
    {
        silo.UseCluster(cluster, postgres.ConnectionString);
        silo.UseOrderFlow(postgres.ConnectionString);
        silo.UseDashboard();
    });

    await using var app = builder.Build();
    app.MapSiloHealth();
    app.MapDashboard();

    await DatabaseMigrations.Apply(postgres.ConnectionString, app.Logger);
    await app.RunAsync();
    return 0;
}
catch (MigrationException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
catch (OptionsValidationException error)
{
    foreach (var failure in error.Failures) await Console.Error.WriteLineAsync(failure);
    return 1;
}
