using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.External;
using OrderFlow.Chaos.Judging;

namespace OrderFlow.Chaos;

/// <summary>What <c>infra/chaos.sh</c> cannot do in a shell: being many customers at once, and remembering exactly what they were answered.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var command, var directory, .. var options])
        {
            await Console.Error.WriteLineAsync("usage: OrderFlow.Chaos load|verify|weather|external DIRECTORY [--name value ...]; infra/chaos.sh calls it");
            return 2;
        }

        try
        {
            return await Run(command, ChaosSettings.Read(directory, options));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}");
            return 1;
        }
    }

    private static async Task<int> Run(string command, ChaosSettings settings)
    {
        switch (command)
        {
            case "load":
                await Load.Run(settings);
                return 0;
            case "verify":
                await Verification.Run(settings);
                return 0;
            case "weather":
                await WeatherReport.Write(settings, Console.Out);
                return 0;
            case "external":
                await ExternalSystems.Run(settings);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"there is no command {command}");
                return 2;
        }
    }
}
