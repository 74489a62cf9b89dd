using Microsoft.Extensions.Options;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Recovery;

/// <summary>Calls the recovery grain from every silo, so that another silo activates it within seconds when its own is lost.</summary>
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
                LogNoAnswer(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery did not answer; it will be called again. {Reason}")]
    private partial void LogNoAnswer(string reason);
}
