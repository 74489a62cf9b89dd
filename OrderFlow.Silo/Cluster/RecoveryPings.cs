using Microsoft.Extensions.Options;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Cluster;

/// <summary>Calls the recovery grain from every silo, so that it comes back within seconds when the silo it lived on is lost.</summary>
internal sealed partial class RecoveryPings(
    IGrainFactory grains, TimeProvider time, IOptions<RecoveryOptions> options, ILogger<RecoveryPings> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await grains.GetGrain<IRecoveryGrain>(0).Ping().WaitAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogMissed(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery did not answer and is called again: {Reason}")]
    private partial void LogMissed(string reason);
}
