using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Servers run in pods as in compose, where they are tested: same image, limits, settings and arguments.</summary>
public sealed class PodServers
{
    /// <summary>Differs in a pod: addresses within the pod, folders on its disks, and what compose takes from its <c>.env</c>.</summary>
    private static readonly HashSet<string> OtherThanInCompose =
    [
        "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_LISTENERS", "KAFKA_LOG_DIRS", "KONG_TRUSTED_IPS",
        "POSTGRES_PASSWORD", "REDIS_PASSWORD", "REDISCLI_AUTH",
    ];

    /// <summary>Only a pod has them: a port for probes, a folder below the top of a disk, and a variable of an argument.</summary>
    private static readonly HashSet<string> OnlyInPods = ["KONG_STATUS_LISTEN", "PGDATA", "REDIS_PASSWORD"];

    public static TheoryData<string, string> Workloads => Overlay.AllWorkloads;

    public static TheoryData<string> Servers => ["kafka", "kong", "postgres", "redis"];

    /// <summary>In production the images of the programs come from another registry.</summary>
    [KubectlTheory, MemberData(nameof(Workloads))]
    public void The_image_is_the_one_of_compose(string overlay, string name)
    {
        var compose = (string)ComposeFile.Services[name == "silo" ? "silo-1" : name]!["image"]!;

        Assert.All(
            Overlay.Named(overlay).Workload(name).AllContainers,
            container => Assert.Equal(compose, overlay == Overlay.Production ? container.Image.Split('/')[^1] : container.Image));
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void The_limits_are_those_of_compose(string overlay, string name)
    {
        var limits = Overlay.Named(overlay).Workload(name).Container.Resources.Limits;
        var compose = ComposeFile.Services[name == "silo" ? "silo-1" : name]!;

        Assert.Equal((decimal)compose["cpus"]!, limits["cpu"].ToDecimal());
        Assert.Equal($"{((string)compose["mem_limit"]!).ToUpperInvariant()}i", limits["memory"].ToString());
    }

    [KubectlTheory, MemberData(nameof(Servers))]
    public void The_settings_are_those_of_compose(string server)
    {
        var pod = PodEnvironment.Of(Overlay.Named(Overlay.Dev), Overlay.Named(Overlay.Dev).Workload(server).Container);
        var compose = ComposeFile.Services[server]!["environment"]!.AsObject().ToDictionary(variable => variable.Key, variable => (string)variable.Value!);

        Assert.Equal(compose.Keys.Order(), pod.Keys.Where(name => compose.ContainsKey(name) || !OnlyInPods.Contains(name)).Order());
        Assert.All(compose.Keys.Except(OtherThanInCompose), name => Assert.Equal(compose[name], pod[name]));
    }

    [KubectlFact]
    public void The_arguments_are_those_of_compose()
    {
        var dev = Overlay.Named(Overlay.Dev);

        Assert.Equal(ComposeFile.Services["postgres"]!["command"].Texts(), dev.Workload("postgres").Container.Args);
        Assert.Equal(ComposeFile.Services["redis"]!["command"].Texts().SkipLast(1).Append("$(REDIS_PASSWORD)"), dev.Workload("redis").Container.Args);
    }
}
