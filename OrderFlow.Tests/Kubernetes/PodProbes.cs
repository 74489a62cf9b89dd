using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Manifests;
using k8s.Models;
using ApiHealth = OrderFlow.Api.Health;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Probes ask at endpoints of the programs, and wait as long as the programs may take.</summary>
public sealed class PodProbes
{
    public static TheoryData<string> Names => Overlay.Names;

    public static TheoryData<string, string> Workloads => Overlay.AllWorkloads;

    public static TheoryData<string, string> Programs => Overlay.Programs;

    [KubectlTheory, MemberData(nameof(Programs))]
    public void Each_probe_asks_at_its_own_endpoint_of_the_program(string overlay, string program)
    {
        var workload = Overlay.Named(overlay).Workload(program);
        string[] paths = [.. Probes(workload.Container).Select(probe => probe.HttpGet.Path)];

        Assert.Equal(["/health/startup", program == Workload.Silo ? "/health/ready" : "/health/reachable", "/health/live"], paths);
        Assert.Subset(HealthPaths.Of(workload.Project), paths.ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_probe_asks_at_a_port_of_its_container(string overlay, string name)
    {
        var workload = Overlay.Named(overlay).Workload(name);

        Assert.All(Probes(workload.Container), probe =>
        {
            if ((probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is { } port) Assert.Contains(workload.Port(port), workload.Ports);
            else Assert.NotEmpty(probe.Exec.Command);
        });
    }

    [KubectlTheory, MemberData(nameof(Programs))]
    public void A_readiness_probe_waits_longer_than_the_health_check_may_take(string overlay, string program)
    {
        var readiness = Overlay.Named(overlay).Workload(program).Container.ReadinessProbe;

        Assert.True(TimeSpan.FromSeconds(readiness.TimeoutSeconds!.Value) > ApiHealth.HealthProbe.Timeout);
    }

    /// <summary>Liveness kills: a busy moment must not be enough.</summary>
    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_liveness_probe_fails_for_a_minute_before_it_kills(string overlay, string name)
    {
        var liveness = Overlay.Named(overlay).Workload(name).Container.LivenessProbe;

        Assert.True(liveness.PeriodSeconds * liveness.FailureThreshold >= 60);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_has_time_to_wait_for_migrations_of_another_and_then_for_a_lock(string overlay)
    {
        var startup = Overlay.Named(overlay).Workload(Workload.Silo).Container.StartupProbe;
        var limit = TimeSpan.FromSeconds(startup.PeriodSeconds!.Value * startup.FailureThreshold!.Value);

        Assert.True(limit > DatabaseMigrations.DefaultConnectTimeout + DatabaseMigrations.DefaultLockTimeout + ScriptRunner.DefaultTimeout);
        Assert.True(TimeSpan.FromSeconds(Overlay.Named(overlay).Find<V1Deployment>(Workload.Silo).Spec.ProgressDeadlineSeconds!.Value) > limit);
    }

    private static IEnumerable<V1Probe> Probes(V1Container container) => [container.StartupProbe, container.ReadinessProbe, container.LivenessProbe];
}
