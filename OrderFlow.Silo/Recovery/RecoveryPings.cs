using Microsoft.Extensions.Options;
using OrderFlow.Recovery;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Recovery;

/// <summary>Calls the grains of recovery from every silo, so that another silo activates them within seconds when their own is lost.</summary>
internal sealed partial class RecoveryPings(IGrainFactory grains, TimeProvider time, IOptions<RecoveryOptions> options, ILogger<RecoveryPings> log)
    : PollingService(time, options.Value.Interval, Timeout.InfiniteTimeSpan)   // Orleans' response timeout applies
{
    protected override Task Poll(CancellationToken cancellationToken) =>
        Task.WhenAll(grains.GetGrain<IRecoveryGrain>(0).Ping(), grains.GetGrain<IExpiryGrain>(0).Ping()).WaitAsync(cancellationToken);

    protected override void OnPollFailed(Exception error) => LogNoAnswer(error.Message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery did not answer; it will be called again. {Reason}")]
    private partial void LogNoAnswer(string reason);
}
