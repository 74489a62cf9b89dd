using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Fixtures;
using k8s.Models;
using ApiHealth = OrderFlow.Api.Health;
using RequestOptions = OrderFlow.Api.Http.RequestOptions;
using SiloHealth = OrderFlow.Silo.Health;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Pods start, are asked for their health, are replaced and end as the programs want it.</summary>
public sealed class Life_of_pods
{
    public static TheoryData<string> Names => Overlay.Names;

    public static TheoryData<string, string> Workloads => Overlay.AllWorkloads;

    public static TheoryData<string, string> Programs => Overlay.Programs;

    [KubectlTheory, MemberData(nameof(Programs))]
    public void Each_probe_of_a_program_has_an_endpoint_of_its_own_that_the_program_has(string overlay, string program)
    {
        var container = Overlay.Named(overlay).Workload(program).Container;
        string[] asked = [container.StartupProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path];

        Assert.Equal(["/health/startup", program == Workload.Silo ? "/health/ready" : "/health/reachable", "/health/live"], asked);
        Assert.Subset(Endpoints(program), asked.ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_probe_asks_at_a_port_that_is_listened_on_and_waits_for_the_answer(string overlay, string name)
    {
        var workload = Overlay.Named(overlay).Workload(name);

        Assert.All(Probes(workload.Container), probe =>
        {
            if ((probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is { } port) Assert.Contains(workload.Port(port), workload.Ports);
            else Assert.NotEmpty(probe.Exec.Command);
            Assert.True(probe.TimeoutSeconds >= 2 && probe.TimeoutSeconds <= probe.PeriodSeconds + 3 && probe.FailureThreshold >= 2);
        });
    }

    /// <summary>Health itself waits 2 s for what it looks at.</summary>
    [KubectlTheory, MemberData(nameof(Programs))]
    public void A_program_has_time_to_look_at_what_its_readiness_depends_on(string overlay, string program)
    {
        var readiness = Overlay.Named(overlay).Workload(program).Container.ReadinessProbe;

        Assert.True(TimeSpan.FromSeconds(readiness.TimeoutSeconds!.Value) > ApiHealth.HealthProbe.Timeout);
    }

    /// <summary>Liveness kills: it must not do so for a busy moment.</summary>
    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_pod_is_killed_only_after_a_minute_without_an_answer(string overlay, string name)
    {
        var liveness = Overlay.Named(overlay).Workload(name).Container.LivenessProbe;

        Assert.True(liveness.PeriodSeconds * liveness.FailureThreshold >= 60);
    }

    /// <summary>Whoever is killed while reading its disk after a kill begins again, and is never done.</summary>
    [KubectlFact]
    public void A_server_with_a_disk_has_ten_minutes_to_read_it()
    {
        var servers = Overlay.Named(Overlay.Dev).Of<V1StatefulSet>().Select(one => one.Metadata.Name).ToList();

        Assert.Equal(["kafka", "postgres", "redis"], servers.Order());
        Assert.All(servers.Select(name => Overlay.Named(Overlay.Dev).Workload(name).Container.StartupProbe), probe =>
            Assert.Equal(600, probe.PeriodSeconds * probe.FailureThreshold));
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_may_wait_for_the_migrations_of_another_and_then_for_a_lock(string overlay)
    {
        var startup = Overlay.Named(overlay).Workload(Workload.Silo).Container.StartupProbe;
        var waits = TimeSpan.FromSeconds(startup.PeriodSeconds!.Value * startup.FailureThreshold!.Value);

        Assert.True(waits > DatabaseMigrations.DefaultConnectTimeout + DatabaseMigrations.DefaultLockTimeout + ScriptRunner.DefaultTimeout);
        Assert.True(TimeSpan.FromSeconds(Overlay.Named(overlay).Find<V1Deployment>(Workload.Silo).Spec.ProgressDeadlineSeconds!.Value) > waits);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_has_longer_to_end_than_it_takes(string overlay) =>
        Assert.True(Grace(overlay, Workload.Silo) > Pause(overlay, Workload.Silo) + Shutdown.Timeout);

    [KubectlTheory, MemberData(nameof(Names))]
    public void An_API_has_longer_to_end_than_a_request_may_take_after_the_last_one_came(string overlay)
    {
        var given = PodSettings.Environment(Overlay.Named(overlay), Overlay.Named(overlay).Workload(Workload.Api).Container);
        var request = TimeSpan.Parse(given["Requests__Timeout"], CultureInfo.InvariantCulture);

        Assert.True(Pause(overlay, Workload.Api) >= TimeSpan.FromSeconds(5));
        Assert.True(Grace(overlay, Workload.Api) > Pause(overlay, Workload.Api) + request);
        Assert.Equal(new RequestOptions().Timeout, request);
    }

    /// <summary>But for streams of events, which have no end.</summary>
    [KubectlFact]
    public void Kong_has_longer_to_end_than_it_waits_for_an_answer_after_the_last_call_came()
    {
        var services = Yaml.Read("infra", "kong", "kong.yml")["services"]!.AsArray().Where(service => (string?)service!["name"] != "events");
        var longest = TimeSpan.FromMilliseconds((double)services.Max(service => (decimal)service!["read_timeout"]!));

        Assert.True(longest > TimeSpan.Zero && Pause(Overlay.Dev, "kong") >= TimeSpan.FromSeconds(5));
        Assert.True(Grace(Overlay.Dev, "kong") > Pause(Overlay.Dev, "kong") + longest);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_rolling_update_takes_no_pod_away_before_another_is_ready(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1Deployment>(), deployment =>
        {
            Assert.Equal("RollingUpdate", deployment.Spec.Strategy.Type);
            Assert.Equal(("0", "1"), (deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value, deployment.Spec.Strategy.RollingUpdate.MaxSurge.Value));
        });

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_that_has_joined_is_given_time_before_the_next_one_goes(string overlay) =>
        Assert.Equal(30, Overlay.Named(overlay).Find<V1Deployment>(Workload.Silo).Spec.MinReadySeconds);

    private static TimeSpan Grace(string overlay, string name) =>
        TimeSpan.FromSeconds(Overlay.Named(overlay).Workload(name).Pod.TerminationGracePeriodSeconds!.Value);

    private static TimeSpan Pause(string overlay, string name) =>
        TimeSpan.FromSeconds(Overlay.Named(overlay).Workload(name).Container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0);

    private static IEnumerable<V1Probe> Probes(V1Container container) => [container.StartupProbe, container.ReadinessProbe, container.LivenessProbe];

    /// <summary>The paths under which the program itself answers.</summary>
    private static HashSet<string> Endpoints(string program)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<ApiHealth.ClusterHealth>();
        IEndpointRouteBuilder routes = builder.Build();
        if (program == Workload.Silo) SiloHealth.HealthEndpoints.MapHealth(routes);
        else ApiHealth.HealthEndpoints.MapHealth(routes);
        return [.. routes.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)];
    }
}
