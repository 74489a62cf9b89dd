using k8s;
using k8s.Models;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>The objects of an overlay of <c>infra/k8s</c>, parsed strictly: a field that Kubernetes does not have is an error.</summary>
internal sealed class Overlay
{
    public const string Dev = "dev";

    public const string Production = "production";

    private static readonly Dictionary<string, Lazy<Overlay>> All =
        new[] { Dev, Production }.ToDictionary(name => name, name => new Lazy<Overlay>(() => new(name)));

    private Overlay(string name)
    {
        Name = name;
        Objects = Parse(Kubectl.Kustomize(name));
        Workloads =
        [
            .. Of<V1Deployment>().Select(one => new Workload(one.Metadata.Name, one.Spec.Selector, one.Spec.Template, one.Spec.Replicas)),
            .. Of<V1StatefulSet>().Select(one => new Workload(one.Metadata.Name, one.Spec.Selector, one.Spec.Template, one.Spec.Replicas)),
        ];
    }

    public static TheoryData<string> Names => [Dev, Production];

    /// <summary>Each workload of each overlay.</summary>
    public static TheoryData<string, string> AllWorkloads => Each(_ => true);

    /// <summary>The two programs in each overlay.</summary>
    public static TheoryData<string, string> Programs => Each(workload => workload.IsProgram);

    public string Name { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    public IReadOnlyList<Workload> Workloads { get; }

    public static Overlay Named(string name) => All[name].Value;

    private static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Parse(string text) =>
        [.. KubernetesYaml.LoadAllFromString(text, strict: true).Select(parsed => Assert.IsType<IKubernetesObject<V1ObjectMeta>>(parsed, exactMatch: false))];

    public IEnumerable<T> Of<T>() => Objects.OfType<T>();

    public T Find<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Of<T>().Single(one => one.Metadata.Name == name);

    public Workload Workload(string name) => Workloads.Single(workload => workload.Name == name);

    /// <summary>The workloads whose pods a selector matches.</summary>
    public IReadOnlyList<Workload> Selected(V1LabelSelector selector) => [.. Workloads.Where(workload => selector.Selects(workload.Labels))];

    /// <summary>The keys that a Secret must have: in production those of its example.</summary>
    public IEnumerable<string> SecretKeys(string secret) =>
        Of<V1Secret>().FirstOrDefault(one => one.Metadata.Name == secret)?.Data.Keys ?? (secret == "orderflow" ? ProductionSettings().Keys : []);

    /// <summary>The settings in the example of production's Secret.</summary>
    public static Dictionary<string, string> ProductionSettings() => RepositoryFiles.Read("infra/k8s/overlays/production/secret.env.example")
        .Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(line => line[0], line => line[1]);

    /// <summary>One row also without kubectl: a theory without rows is an error, a skipped one is not.</summary>
    private static TheoryData<string, string> Each(Func<Workload, bool> wanted)
    {
        var rows = new TheoryData<string, string>();
        foreach (var overlay in Kubectl.Missing is null ? All.Keys.ToArray() : [])
        {
            foreach (var workload in Named(overlay).Workloads.Where(wanted)) rows.Add(overlay, workload.Name);
        }

        if (Kubectl.Missing is not null) rows.Add(Dev, "silo");
        return rows;
    }
}

/// <summary>A Deployment or a StatefulSet.</summary>
internal sealed record Workload(string Name, V1LabelSelector Selector, V1PodTemplateSpec Template, int? Replicas)
{
    public const string Silo = "silo";

    public const string Api = "api";

    public V1PodSpec Pod => Template.Spec;

    public IDictionary<string, string> Labels => Template.Metadata.Labels;

    public bool IsProgram => Name is Silo or Api;

    /// <summary>The project of a program.</summary>
    public string Project => Name == Silo ? "OrderFlow.Silo" : "OrderFlow.Api";

    /// <summary>The main container, which has the workload's name.</summary>
    public V1Container Container => Pod.Containers.Single(container => container.Name == Name);

    public IEnumerable<V1Container> AllContainers => [.. Pod.InitContainers ?? [], .. Pod.Containers];

    public IEnumerable<int> Ports => Container.Ports.Select(port => port.ContainerPort);

    /// <summary>The number of a port that is given by name or by number.</summary>
    public int Port(IntOrString port) => int.TryParse(port.Value, out var number)
        ? Ports.Single(one => one == number)
        : Container.Ports.Single(one => one.Name == port.Value).ContainerPort;
}

internal static class Selectors
{
    public static bool Selects(this V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value) &&
        (selector.MatchExpressions ?? []).All(wanted => wanted.OperatorProperty == "In"
            ? labels.TryGetValue(wanted.Key, out var value) && wanted.Values.Contains(value)
            : throw new NotSupportedException($"{wanted.OperatorProperty} is not supported"));
}
