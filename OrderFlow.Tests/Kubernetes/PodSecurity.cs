using System.Globalization;
using k8s.Models;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Pods fit the profile "restricted" of Kubernetes' Pod Security Standards, have a read-only root, and ask for what a node has.</summary>
public sealed class PodSecurity
{
    /// <summary>What kind itself requests on its node, with Calico and metrics-server.</summary>
    private static readonly Dictionary<string, decimal> RequestedByKubernetes = new() { ["cpu"] = 1.2m, ["memory"] = 500 * 1024 * 1024 };

    /// <summary>The machine that docs/kubernetes.md promises to be enough.</summary>
    private static readonly Dictionary<string, decimal> SmallMachine = new() { ["cpu"] = 2, ["memory"] = 8_000_000_000 };

    private static readonly HashSet<string> AllowedVolumes = ["configMap", "emptyDir", "secret"];

    public static TheoryData<string> Names => Overlay.Names;

    public static TheoryData<string, string> Workloads => Overlay.AllWorkloads;

    [KubectlTheory, MemberData(nameof(Names))]
    public void The_namespace_enforces_the_restricted_profile_on_all_objects(string overlay)
    {
        var objects = Overlay.Named(overlay).Objects;
        var home = Assert.Single(objects.OfType<V1Namespace>());

        Assert.Equal("restricted", home.Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.All(objects.Where(one => one is not V1Namespace), one => Assert.Equal(home.Metadata.Name, one.Metadata.NamespaceProperty));
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_pod_runs_unprivileged(string overlay, string name)
    {
        var pod = Overlay.Named(overlay).Workload(name).Pod;

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.NotInRange(pod.SecurityContext.RunAsUser!.Value, 0, 0);   // by number: Kubernetes cannot tell from a name that it is not root
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(pod.HostNetwork is null && pod.HostPID is null && pod.HostIPC is null);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.Subset(AllowedVolumes, (pod.Volumes ?? []).Select(Kind).ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_container_has_no_capabilities_and_a_read_only_root(string overlay, string name) =>
        Assert.All(Overlay.Named(overlay).Workload(name).AllContainers, container =>
        {
            string[] capabilities = container.Name == "kong" ? ["NET_BIND_SERVICE"] : [];   // its nginx has it; restricted allows this one

            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Equal(capabilities, container.SecurityContext.Capabilities.Add ?? []);
            Assert.True(container.SecurityContext is { Privileged: null, RunAsUser: null, RunAsNonRoot: null, SeccompProfile: null });   // the pod's apply
            Assert.All(container.Ports ?? [], port => Assert.Null(port.HostPort));
        });

    [KubectlTheory, MemberData(nameof(Workloads))]
    public void A_container_has_requests_and_limits(string overlay, string name) =>
        Assert.All(Overlay.Named(overlay).Workload(name).AllContainers, container => Assert.All(new[] { "cpu", "memory" }, resource =>
            Assert.InRange(container.Resources.Requests[resource].ToDecimal(), 0.001m, container.Resources.Limits[resource].ToDecimal())));

    /// <summary>A rolling update adds a pod: without room for it, the update waits for ever.</summary>
    [KubectlTheory]
    [InlineData("cpu")]
    [InlineData("memory")]
    public void A_small_machine_has_room_for_dev_during_an_update(string resource)
    {
        var dev = Overlay.Named(Overlay.Dev);
        var requested = dev.Workloads.Sum(workload =>
            MaxPods(dev, workload) * workload.AllContainers.Max(container => container.Resources.Requests[resource].ToDecimal()));

        Assert.InRange(requested + RequestedByKubernetes[resource], 0, SmallMachine[resource]);
    }

    /// <summary>The pods during an update, without those that the autoscaler adds.</summary>
    private static int MaxPods(Overlay overlay, Workload workload) =>
        (workload.Replicas ?? overlay.Find<V2HorizontalPodAutoscaler>(workload.Name).Spec.MinReplicas!.Value) +
        overlay.Of<V1Deployment>().Where(one => one.Metadata.Name == workload.Name)
            .Sum(one => int.Parse(one.Spec.Strategy.RollingUpdate.MaxSurge.Value, CultureInfo.InvariantCulture));

    private static string Kind(V1Volume volume) =>
        volume.ConfigMap is not null ? "configMap" : volume.EmptyDir is not null ? "emptyDir" : volume.Secret is not null ? "secret" : "another";
}
