using System.Globalization;
using k8s.Models;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>A pod may do no more than it must: the profile "restricted" of Kubernetes' Pod Security Standards, and a read-only file system beyond it.</summary>
public sealed class Rights_and_bounds_of_pods
{
    /// <summary>What Kubernetes itself asks for on a node of its own: kind, with Calico and metrics-server.</summary>
    private static readonly Dictionary<string, decimal> AskedByKubernetes = new() { ["cpu"] = 1.2m, ["memory"] = 500 * 1024 * 1024 };

    /// <summary>Two processors and 8 GB, as the document says.</summary>
    private static readonly Dictionary<string, decimal> SmallMachine = new() { ["cpu"] = 2, ["memory"] = 8_000_000_000 };

    private static readonly HashSet<string> VolumesOfRestricted = ["configMap", "emptyDir", "secret"];

    public static TheoryData<string, string> Workloads => Overlay.AllWorkloads;

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_pod_runs_as_a_user_without_rights(string overlay, string name)
    {
        var pod = Overlay.Named(overlay).Workload(name).Pod;

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.NotInRange(pod.SecurityContext.RunAsUser!.Value, 0, 0);   // by its number: Kubernetes cannot tell by a name that it is not root
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(pod.HostNetwork is null && pod.HostPID is null && pod.HostIPC is null);
        Assert.Subset(VolumesOfRestricted, (pod.Volumes ?? []).Select(Kind).ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_container_has_no_rights_and_can_write_only_where_it_must(string overlay, string name) =>
        Assert.All(Overlay.Named(overlay).Workload(name).AllContainers, container =>
        {
            string[] rights = container.Name == "kong" ? ["NET_BIND_SERVICE"] : [];   // its nginx carries it; restricted allows this one

            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Equal(rights, container.SecurityContext.Capabilities.Add ?? []);
            Assert.True(container.SecurityContext is { Privileged: null, RunAsUser: null, RunAsNonRoot: null, SeccompProfile: null });   // the pod's hold
            Assert.All(container.Ports ?? [], port => Assert.Null(port.HostPort));
        });

    /// <summary>None of them asks Kubernetes for anything.</summary>
    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_pod_has_no_token_of_Kubernetes(string overlay, string name) =>
        Assert.False(Overlay.Named(overlay).Workload(name).Pod.AutomountServiceAccountToken);

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_container_asks_for_what_it_needs_and_cannot_take_all_of_the_node(string overlay, string name) =>
        Assert.All(Overlay.Named(overlay).Workload(name).AllContainers, container => Assert.All(new[] { "cpu", "memory" }, resource =>
            Assert.InRange(container.Resources.Requests[resource].ToDecimal(), 0.001m, container.Resources.Limits[resource].ToDecimal())));

    /// <summary>An update puts a new pod beside those there are: where there is no room for it, it waits for ever.</summary>
    [KubectlTheory]
    [InlineData("cpu")]
    [InlineData("memory")]
    public void A_small_machine_has_room_for_all_of_dev_and_for_its_update(string resource)
    {
        var dev = Overlay.Named(Overlay.Dev);
        var asked = dev.Workloads.Sum(workload =>
            MostPods(dev, workload) * workload.AllContainers.Max(container => container.Resources.Requests[resource].ToDecimal()));

        Assert.InRange(asked + AskedByKubernetes[resource], 0, SmallMachine[resource]);
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void Its_limits_are_those_of_compose(string overlay, string name)
    {
        var limits = Overlay.Named(overlay).Workload(name).Container.Resources.Limits;
        var compose = ComposeFile.Services[name == "silo" ? "silo-1" : name]!;

        Assert.Equal((decimal)compose["cpus"]!, limits["cpu"].ToDecimal());
        Assert.Equal($"{((string)compose["mem_limit"]!).ToUpperInvariant()}i", limits["memory"].ToString());
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void What_a_pod_may_write_to_is_bounded(string overlay, string name) =>
        Assert.All(
            (Overlay.Named(overlay).Workload(name).Pod.Volumes ?? []).Select(volume => volume.EmptyDir).OfType<V1EmptyDirVolumeSource>(),
            volume => Assert.NotNull(volume.SizeLimit));

    /// <summary>The programs' images of production are those of compose from another registry.</summary>
    [KubectlTheory, MemberData(nameof(Workloads))]
    public void Its_image_is_the_one_of_compose(string overlay, string name)
    {
        var compose = (string)ComposeFile.Services[name == "silo" ? "silo-1" : name]!["image"]!;

        Assert.All(Overlay.Named(overlay).Workload(name).AllContainers, container =>
        {
            Assert.Equal(compose, overlay == Overlay.Production ? container.Image.Split('/')[^1] : container.Image);
            Assert.Matches(@":\d+\.\d+(\.\d+)?(-[a-z]+)?$", container.Image);
        });
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void What_is_mounted_is_there_and_what_is_there_is_mounted(string overlay, string name)
    {
        var workload = Overlay.Named(overlay).Workload(name);
        var disks = Overlay.Named(overlay).Of<V1StatefulSet>().Where(one => one.Metadata.Name == name)
            .SelectMany(one => one.Spec.VolumeClaimTemplates).Select(disk => disk.Metadata.Name);

        Assert.Equal(
            (workload.Pod.Volumes ?? []).Select(volume => volume.Name).Concat(disks).Order(),
            workload.AllContainers.SelectMany(container => container.VolumeMounts).Select(mount => mount.Name).Distinct().Order());
    }

    /// <summary>How many pods there are during an update, without those that the autoscaler adds.</summary>
    private static int MostPods(Overlay overlay, Workload workload) =>
        (workload.Replicas ?? overlay.Find<V2HorizontalPodAutoscaler>(workload.Name).Spec.MinReplicas!.Value) +
        overlay.Of<V1Deployment>().Where(one => one.Metadata.Name == workload.Name)
            .Sum(one => int.Parse(one.Spec.Strategy.RollingUpdate.MaxSurge.Value, CultureInfo.InvariantCulture));

    private static string Kind(V1Volume volume) =>
        volume.ConfigMap is not null ? "configMap" : volume.EmptyDir is not null ? "emptyDir" : volume.Secret is not null ? "secret" : "another";
}
