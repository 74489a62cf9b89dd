using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Silo.Recovery;

/// <summary>Registers recovery, whose grain runs on one silo of the cluster.</summary>
internal static class RecoverySetup
{
    public static void AddRecovery(this IServiceCollection services)
    {
        services.AddValidatedOptions<RecoveryOptions>(RecoveryOptions.Section);
        services.AddSingleton<RecoveryMetrics>();
        services.AddHostedService<RecoveryPings>();
    }
}
