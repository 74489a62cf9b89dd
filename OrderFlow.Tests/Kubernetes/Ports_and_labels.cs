using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;
using OrderFlow.Silo.Cluster;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Objects find each other: by labels, names and ports.</summary>
public sealed partial class Ports_and_labels
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_workload_knows_its_own_pods_and_no_others(string overlay) =>
        Assert.All(Overlay.Named(overlay).Workloads, workload => Assert.Equal([workload], Overlay.Named(overlay).Selected(workload.Selector)));

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_Service_leads_to_the_pods_of_its_name_at_a_port_they_have(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1Service>(), service =>
        {
            var workload = Assert.Single(Overlay.Named(overlay).Selected(new() { MatchLabels = service.Spec.Selector }));

            Assert.Equal(service.Metadata.Name, workload.Name);
            Assert.All(service.Spec.Ports, port => Assert.Equal(port.Port, workload.Port(port.TargetPort)));
        });

    [KubectlTheory, MemberData(nameof(Names))]
    public void Nothing_is_open_to_the_outside_by_a_Service(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1Service>(), service => Assert.Null(service.Spec.Type));

    [KubectlTheory, MemberData(nameof(Names))]
    public void The_programs_ports_are_those_they_listen_on(string overlay)
    {
        var silo = new SiloClusterOptions();

        Assert.Equal([HttpPort(Workload.Silo), silo.SiloPort, silo.GatewayPort], Overlay.Named(overlay).Workload(Workload.Silo).Ports);
        Assert.Equal([HttpPort(Workload.Api)], Overlay.Named(overlay).Workload(Workload.Api).Ports);
    }

    [KubectlFact]
    public void Names_in_settings_are_those_of_Services_with_these_ports()
    {
        var dev = Overlay.Named(Overlay.Dev);
        var silo = PodSettings.Environment(dev, dev.Workload(Workload.Silo).Container);
        var postgres = new NpgsqlConnectionStringBuilder(silo["Postgres__ConnectionString"]);
        var kong = Yaml.Read("infra", "kong", "kong.yml")["services"]!.AsArray();
        string[] named =
        [
            $"{postgres.Host}:{postgres.Port}", silo["Kafka__BootstrapServers"], silo["Redis__ConnectionString"].Split(',')[0],
            .. kong.Select(service => new Uri((string)service!["url"]!).Authority),
        ];

        var services = dev.Of<V1Service>().SelectMany(service => service.Spec.Ports.Select(port => $"{service.Metadata.Name}:{port.Port}"));

        Assert.Subset(services.ToHashSet(), named.ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_drain_takes_one_pod_of_a_program_at_a_time(string overlay)
    {
        var all = Overlay.Named(overlay);
        var guarded = all.Of<V1PodDisruptionBudget>().Select(budget =>
        {
            Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
            return Assert.Single(all.Selected(budget.Spec.Selector)).Name;
        });

        Assert.Equal(["api", "silo"], guarded.Order());
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void Pods_of_a_program_are_spread_over_nodes_and_zones(string overlay) =>
        Assert.All(Overlay.Named(overlay).Workloads.Where(workload => workload.IsProgram), workload =>
        {
            var spreads = workload.Pod.TopologySpreadConstraints;

            Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], spreads.Select(spread => spread.TopologyKey));
            Assert.All(spreads, spread => Assert.Equal([workload], Overlay.Named(overlay).Selected(spread.LabelSelector)));
            Assert.All(spreads, spread => Assert.Equal(["pod-template-hash"], spread.MatchLabelKeys));
        });

    /// <summary>Where the file said how many there are, applying it would undo what the autoscaler did.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void The_autoscaler_alone_says_how_many_APIs_there_are(string overlay)
    {
        var scaler = Assert.Single(Overlay.Named(overlay).Of<V2HorizontalPodAutoscaler>());
        var target = Overlay.Named(overlay).Find<V1Deployment>(scaler.Spec.ScaleTargetRef.Name);

        Assert.Equal(("apps/v1", "Deployment", "api"), (scaler.Spec.ScaleTargetRef.ApiVersion, scaler.Spec.ScaleTargetRef.Kind, target.Metadata.Name));
        Assert.Null(target.Spec.Replicas);
        Assert.InRange(scaler.Spec.MinReplicas!.Value, 2, scaler.Spec.MaxReplicas);
        Assert.Equal(["cpu"], scaler.Spec.Metrics.Select(metric => metric.Resource.Name));
    }

    private static int HttpPort(string program)
    {
        var dockerfile = program == Workload.Silo ? "OrderFlow.Silo/Dockerfile" : "OrderFlow.Api/Dockerfile";
        return int.Parse(HttpPorts().Match(RepositoryFiles.Read(dockerfile)).Groups["port"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^ENV ASPNETCORE_HTTP_PORTS=(?<port>\d+)$", RegexOptions.Multiline)]
    private static partial Regex HttpPorts();
}
