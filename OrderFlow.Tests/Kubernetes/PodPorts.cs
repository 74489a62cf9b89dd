using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;
using OrderFlow.Silo.Cluster;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Ports of pods and Services are those that the programs listen on and are configured with.</summary>
public sealed partial class PodPorts
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void Ports_of_the_programs_are_those_they_listen_on(string overlay)
    {
        var silo = new SiloClusterOptions();

        Assert.Equal([HttpPort("OrderFlow.Silo"), silo.SiloPort, silo.GatewayPort], Overlay.Named(overlay).Workload(Workload.Silo).Ports);
        Assert.Equal([HttpPort("OrderFlow.Api")], Overlay.Named(overlay).Workload(Workload.Api).Ports);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_Service_selects_the_pods_of_its_name_at_a_port_they_have(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1Service>(), service =>
        {
            var workload = Assert.Single(Overlay.Named(overlay).Selected(new() { MatchLabels = service.Spec.Selector }));

            Assert.Equal(service.Metadata.Name, workload.Name);
            Assert.All(service.Spec.Ports, port => Assert.Equal(port.Port, workload.Port(port.TargetPort)));
            Assert.Null(service.Spec.Type);   // reached from inside the cluster alone
        });

    [KubectlFact]
    public void Settings_name_Services_with_their_ports()
    {
        var dev = Overlay.Named(Overlay.Dev);
        var silo = PodEnvironment.Of(dev, dev.Workload(Workload.Silo).Container);
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

    private static int HttpPort(string project) =>
        int.Parse(HttpPorts().Match(RepositoryFiles.Read($"{project}/Dockerfile")).Groups["port"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ENV ASPNETCORE_HTTP_PORTS=(?<port>\d+)$", RegexOptions.Multiline)]
    private static partial Regex HttpPorts();
}
