using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrderFlow.Live;
using OrderFlow.Silo.Live;
using Orleans.Configuration;

namespace OrderFlow.Tests.Live;

/// <summary>Delivered changes do not stay in the silos' memory.</summary>
public sealed class StreamMemory
{
    [Fact]
    public void What_was_told_is_kept_for_seconds_yet_longer_than_its_delivery_may_take()
    {
        using var host = new HostBuilder().UseOrleans(silo => silo.UseLocalhostClustering().UseLiveStreams()).Build();
        var kept = Options<StreamCacheEvictionOptions>(host);
        var delivery = Options<StreamPullingAgentOptions>(host);

        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20)), (kept.DataMinTimeInCache, kept.DataMaxAgeInCache));
        Assert.Equal(TimeSpan.FromSeconds(10), delivery.MaxEventDeliveryTime);
    }

    private static T Options<T>(IHost host)
        where T : class => host.Services.GetRequiredService<IOptionsMonitor<T>>().Get(LiveStreams.Provider);
}
