using System.Globalization;
using OrderFlow.Silo;
using OrderFlow.Tests.Fixtures;
using RequestOptions = OrderFlow.Api.Http.RequestOptions;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>The grace period of a pod is longer than its program takes to stop.</summary>
public sealed class PodShutdown
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_has_longer_than_its_shutdown_timeout(string overlay) =>
        Assert.True(GracePeriod(overlay, Workload.Silo) > PreStop(overlay, Workload.Silo) + Shutdown.Timeout);

    [KubectlTheory, MemberData(nameof(Names))]
    public void An_API_can_answer_the_last_request(string overlay)
    {
        var settings = PodEnvironment.Of(Overlay.Named(overlay), Overlay.Named(overlay).Workload(Workload.Api).Container);
        var timeout = TimeSpan.Parse(settings["Requests__Timeout"], CultureInfo.InvariantCulture);

        Assert.Equal(new RequestOptions().Timeout, timeout);
        Assert.True(PreStop(overlay, Workload.Api) >= TimeSpan.FromSeconds(5));
        Assert.True(GracePeriod(overlay, Workload.Api) > PreStop(overlay, Workload.Api) + timeout);
    }

    /// <summary>Streams of events, which have no end, are cut off.</summary>
    [KubectlFact]
    public void Kong_can_answer_the_last_request()
    {
        var services = Yaml.Read("infra", "kong", "kong.yml")["services"]!.AsArray().Where(service => (string?)service!["name"] != "events");
        var timeout = TimeSpan.FromMilliseconds((double)services.Max(service => (decimal)service!["read_timeout"]!));

        Assert.True(timeout > TimeSpan.Zero && PreStop(Overlay.Dev, "kong") >= TimeSpan.FromSeconds(5));
        Assert.True(GracePeriod(Overlay.Dev, "kong") > PreStop(Overlay.Dev, "kong") + timeout);
    }

    private static TimeSpan GracePeriod(string overlay, string name) =>
        TimeSpan.FromSeconds(Overlay.Named(overlay).Workload(name).Pod.TerminationGracePeriodSeconds!.Value);

    private static TimeSpan PreStop(string overlay, string name) =>
        TimeSpan.FromSeconds(Overlay.Named(overlay).Workload(name).Container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0);
}
