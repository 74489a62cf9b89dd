using System.Globalization;
using k8s.Models;
using Npgsql;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Network policies allow the connections that the programs make, from both sides.</summary>
public sealed class NetworkPolicies
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void Traffic_is_denied_by_default(string overlay)
    {
        var all = Assert.Single(Overlay.Named(overlay).Of<V1NetworkPolicy>(), policy => policy.Metadata.Name == "default-deny").Spec;

        Assert.True(all.PodSelector.MatchLabels is null && all.PodSelector.MatchExpressions is null);
        Assert.Equal(["Egress", "Ingress"], all.PolicyTypes.Order());
        Assert.True(all.Ingress is null && all.Egress is null);
    }

    /// <summary>A rule whose direction is not among the types would not apply.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void A_policy_selects_pods_and_names_the_directions_of_its_rules(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1NetworkPolicy>(), policy =>
        {
            string[] directions = [.. policy.Spec.Egress is null ? [] : new[] { "Egress" }, .. policy.Spec.Ingress is null ? [] : new[] { "Ingress" }];

            Assert.NotEmpty(Overlay.Named(overlay).Selected(policy.Spec.PodSelector));
            if (policy.Metadata.Name != "default-deny") Assert.Equal(directions, policy.Spec.PolicyTypes.Order());
        });

    [KubectlTheory, MemberData(nameof(Names))]
    public void An_allowed_port_is_one_of_the_pods_behind_it(string overlay)
    {
        var connections = Connections(overlay, ingress: true).Concat(Connections(overlay, ingress: false)).ToList();

        Assert.NotEmpty(connections);
        Assert.All(connections.Where(one => Overlay.Named(overlay).Workloads.Any(workload => workload.Name == one.To)), one =>
            Assert.Contains(one.Port, Overlay.Named(overlay).Workload(one.To).Ports));
    }

    /// <summary>Either side alone would let nothing through. Connections from outside have no other side here.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void Egress_and_ingress_agree(string overlay)
    {
        var names = Overlay.Named(overlay).Workloads.Select(workload => workload.Name).ToHashSet();

        Assert.Equal(
            Connections(overlay, ingress: false).Where(one => names.Contains(one.To)).Order(),
            Connections(overlay, ingress: true).Where(one => names.Contains(one.From)).Order());
    }

    /// <summary>The alerts take a program that cannot be scraped for one that is down.</summary>
    [KubectlFact]
    public void In_production_both_programs_can_be_scraped() => Assert.Equal(
        [("api", 8080), ("silo", 8080)],
        Connections(Overlay.Production, ingress: true).Where(one => one.From == "monitoring").Select(one => (one.To, one.Port)).Order());

    [KubectlTheory, MemberData(nameof(Names))]
    public void Every_pod_can_resolve_names(string overlay)
    {
        var dns = Overlay.Named(overlay).Find<V1NetworkPolicy>("dns").Spec;

        Assert.Equal(Overlay.Named(overlay).Workloads, Overlay.Named(overlay).Selected(dns.PodSelector));
        Assert.Equal([("TCP", "53"), ("UDP", "53")], Assert.Single(dns.Egress).Ports.Select(port => (port.Protocol, port.Port.Value)).Order());
    }

    /// <summary>The example settings and the example addresses are filled in together.</summary>
    [KubectlFact]
    public void Production_allows_the_ports_of_the_servers_in_its_settings()
    {
        var production = Overlay.Named(Overlay.Production);
        var settings = PodEnvironment.Of(production, production.Workload(Workload.Silo).Container);
        int[] ports =
        [
            new NpgsqlConnectionStringBuilder(settings["Postgres__ConnectionString"]).Port,
            .. settings["Kafka__BootstrapServers"].Split(',').Append(settings["Redis__ConnectionString"].Split(',')[0])
                .Select(server => int.Parse(server.Split(':')[1], CultureInfo.InvariantCulture)),
        ];

        Assert.Equal(
            ports.Distinct().Order(),
            Connections(Overlay.Production, ingress: false).Where(one => one is { From: "silo", To: "outside" }).Select(one => one.Port).Order());
    }

    /// <summary>Every connection that policies of one direction allow, but for DNS.</summary>
    private static IEnumerable<Connection> Connections(string overlay, bool ingress) =>
        from policy in Overlay.Named(overlay).Of<V1NetworkPolicy>()
        where policy.Metadata.Name != "dns"
        from rule in Rules(policy.Spec, ingress)
        from own in Overlay.Named(overlay).Selected(policy.Spec.PodSelector)
        from other in Peers(overlay, rule.Peers)
        from port in rule.Ports
        let number = int.Parse(port.Port.Value, CultureInfo.InvariantCulture)
        select ingress ? new Connection(other, own.Name, number) : new Connection(own.Name, other, number);

    private static IEnumerable<(IList<V1NetworkPolicyPeer>? Peers, IList<V1NetworkPolicyPort> Ports)> Rules(V1NetworkPolicySpec spec, bool ingress) => ingress
        ? (spec.Ingress ?? []).Select(rule => ((IList<V1NetworkPolicyPeer>?)rule.FromProperty, rule.Ports))
        : (spec.Egress ?? []).Select(rule => ((IList<V1NetworkPolicyPeer>?)rule.To, rule.Ports));

    private static IEnumerable<string> Peers(string overlay, IList<V1NetworkPolicyPeer>? peers) =>
        peers is null ? ["anyone"] : peers.SelectMany(peer => Peer(overlay, peer));

    private static IEnumerable<string> Peer(string overlay, V1NetworkPolicyPeer peer) => peer switch
    {
        { IpBlock: not null } => ["outside"],
        { NamespaceSelector.MatchLabels: { } labels, PodSelector: null } => [labels.Single(label => label.Value == "true").Key["orderflow/".Length..]],
        { NamespaceSelector: null, PodSelector: { } pods } when Overlay.Named(overlay).Selected(pods) is { Count: > 0 } selected =>
            selected.Select(workload => workload.Name),
        _ => throw new NotSupportedException("the peer selects no pod"),
    };

    private sealed record Connection(string From, string To, int Port) : IComparable<Connection>
    {
        public int CompareTo(Connection? other) => string.CompareOrdinal(ToString(), other?.ToString());
    }
}
