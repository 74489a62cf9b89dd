using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Who may call whom: what lets a call out and what lets it in agree, and the document says the same.</summary>
public sealed partial class Network_policies
{
    private const string Document = "docs/kubernetes.md";

    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void What_no_policy_names_goes_neither_in_nor_out(string overlay)
    {
        var all = Assert.Single(Overlay.Named(overlay).Of<V1NetworkPolicy>(), policy => policy.Metadata.Name == "default-deny").Spec;

        Assert.True(all.PodSelector.MatchLabels is null && all.PodSelector.MatchExpressions is null);
        Assert.Equal(["Egress", "Ingress"], all.PolicyTypes.Order());
        Assert.True(all.Ingress is null && all.Egress is null);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_policy_names_pods_that_there_are_and_says_what_it_is_about(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1NetworkPolicy>(), policy =>
        {
            string[] about = [.. policy.Spec.Egress is null ? [] : new[] { "Egress" }, .. policy.Spec.Ingress is null ? [] : new[] { "Ingress" }];

            Assert.NotEmpty(Overlay.Named(overlay).Selected(policy.Spec.PodSelector));
            if (policy.Metadata.Name != "default-deny") Assert.Equal(about, policy.Spec.PolicyTypes.Order());
        });

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_policys_port_is_one_of_the_pods_that_it_leads_to(string overlay)
    {
        var calls = Calls(overlay, ingress: true).Concat(Calls(overlay, ingress: false)).ToList();

        Assert.NotEmpty(calls);
        Assert.All(calls.Where(call => Overlay.Named(overlay).Workloads.Any(workload => workload.Name == call.To)), call =>
            Assert.Contains(call.Port, Overlay.Named(overlay).Workload(call.To).Ports));
    }

    /// <summary>One side alone would let nothing through. What comes from outside has no other side here.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void What_is_let_out_is_let_in(string overlay)
    {
        var names = Overlay.Named(overlay).Workloads.Select(workload => workload.Name).ToHashSet();

        Assert.Equal(
            Calls(overlay, ingress: false).Where(call => names.Contains(call.To)).Order(),
            Calls(overlay, ingress: true).Where(call => names.Contains(call.From)).Order());
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void The_document_has_them_all(string overlay)
    {
        var documented = Row().Matches(RepositoryFiles.Read(Document)).Select(row => row.Groups)
            .Where(row => row["overlay"].Value == overlay || row["overlay"].Value == "both")
            .Select(row => new Call(row["from"].Value, row["to"].Value, int.Parse(row["port"].Value, CultureInfo.InvariantCulture)));

        Assert.Equal(documented.Order(), Calls(overlay, ingress: true).Concat(Calls(overlay, ingress: false)).Distinct().Order());
    }

    /// <summary>The rules of <c>infra/prometheus/alerts.yml</c> see a program that nobody can ask as one that is down.</summary>
    [KubectlFact]
    public void In_production_both_programs_can_be_asked_for_metrics() => Assert.Equal(
        [("api", 8080), ("silo", 8080)],
        Calls(Overlay.Production, ingress: true).Where(call => call.From == "monitoring").Select(call => (call.To, call.Port)).Order());

    /// <summary>A namespace without the label is let in nowhere.</summary>
    [KubectlTheory]
    [InlineData("gateway")]
    [InlineData("monitoring")]
    public void The_document_says_how_a_namespace_is_let_in(string which) =>
        Assert.Matches($"kubectl label namespace [A-Z-]+ orderflow/{which}=true", RepositoryFiles.Read(Document));

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_name_can_be_looked_up_by_anyone(string overlay)
    {
        var dns = Overlay.Named(overlay).Find<V1NetworkPolicy>("dns").Spec;

        Assert.Equal(Overlay.Named(overlay).Workloads, Overlay.Named(overlay).Selected(dns.PodSelector));
        Assert.Equal([("TCP", "53"), ("UDP", "53")], Assert.Single(dns.Egress).Ports.Select(port => (port.Protocol, port.Port.Value)).Order());
    }

    /// <summary>Otherwise the example would have to be corrected before it could be filled in.</summary>
    [KubectlFact]
    public void Production_lets_out_to_the_ports_of_the_servers_in_its_settings()
    {
        var production = Overlay.Named(Overlay.Production);
        var settings = PodSettings.Environment(production, production.Workload(Workload.Silo).Container);
        int[] ports =
        [
            new NpgsqlConnectionStringBuilder(settings["Postgres__ConnectionString"]).Port,
            .. settings["Kafka__BootstrapServers"].Split(',').Append(settings["Redis__ConnectionString"].Split(',')[0])
                .Select(server => int.Parse(server.Split(':')[1], CultureInfo.InvariantCulture)),
        ];

        Assert.Equal(
            ports.Distinct().Order(),
            Calls(Overlay.Production, ingress: false).Where(call => call is { From: "silo", To: "outside" }).Select(call => call.Port).Order());
    }

    /// <summary>Every call that policies of one direction allow, but for looking up names.</summary>
    private static IEnumerable<Call> Calls(string overlay, bool ingress) =>
        from policy in Overlay.Named(overlay).Of<V1NetworkPolicy>()
        where policy.Metadata.Name != "dns"
        from rule in Rules(policy.Spec, ingress)
        from own in Overlay.Named(overlay).Selected(policy.Spec.PodSelector)
        from other in Peers(overlay, rule.Peers)
        from port in rule.Ports
        let number = int.Parse(port.Port.Value, CultureInfo.InvariantCulture)
        select ingress ? new Call(other, own.Name, number) : new Call(own.Name, other, number);

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
        _ => throw new NotSupportedException("a peer that leads to no pod"),
    };

    private sealed record Call(string From, string To, int Port) : IComparable<Call>
    {
        public int CompareTo(Call? other) => string.CompareOrdinal(ToString(), other?.ToString());
    }

    /// <summary><c>| `silo` | `postgres` | 5432 | dev | … |</c></summary>
    [GeneratedRegex(@"^\| `?(?<from>[a-z]+)`? \| `?(?<to>[a-z]+)`? \| (?<port>\d+) \| (?<overlay>[a-z]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
