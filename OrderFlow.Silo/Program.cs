using Microsoft.Extensions.Options;
using OrderFlow.ServiceDefaults.Health;
using OrderFlow.Silo;
using OrderFlow.Silo.Kafka.Embedded;
using OrderFlow.Silo.Postgres.Migrations;

if (args is ["health", .. var question]) return await HealthCommand.Run(question);

try
{
    await (args.FirstOrDefault() switch
    {
        "kafka" => EmbeddedBrokerProgram.Run(args[1..]),
        "worker" => WorkerProgram.Run(args[1..]),
        _ => SiloProgram.Run(args),
    });
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
