using k8s.Models;
using Microsoft.Extensions.Configuration;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Pods are given settings that there are, with values that the programs take, and all that they must have.</summary>
public sealed class Settings_of_pods
{
    /// <summary>What a pod has in another way than compose: addresses within the pod, and folders on its disks.</summary>
    private static readonly HashSet<string> OtherThanInCompose =
    [
        "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_LISTENERS", "KAFKA_LOG_DIRS", "KONG_DECLARATIVE_CONFIG",
        "POSTGRES_PASSWORD", "REDIS_PASSWORD", "REDISCLI_AUTH",
    ];

    /// <summary>What only a pod needs: a port for probes, a folder below the top of a disk, and what is filled in to an argument.</summary>
    private static readonly HashSet<string> BesideCompose = ["KONG_STATUS_LISTEN", "PGDATA", "REDIS_PASSWORD"];

    public static TheoryData<string> Names => Overlay.Names;

    public static TheoryData<string, string> Programs => Overlay.Programs;

    public static TheoryData<string> Servers => ["kafka", "kong", "postgres", "redis"];

    /// <summary>The rule: a variable with two underscores is a setting, and must be one of that program's options.</summary>
    [KubectlTheory, MemberData(nameof(Programs))]
    public void A_program_is_given_no_setting_that_it_does_not_have(string overlay, string program)
    {
        var known = ProgramSettings.Of(Options(program)).Select(setting => setting.Variable).Append("ASPNETCORE_ENVIRONMENT").ToHashSet();

        Assert.Subset(known, Given(overlay, program).Keys.ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Programs))]
    public void A_program_is_given_every_setting_that_it_must_have(string overlay, string program)
    {
        var required = ProgramSettings.RequiredOf(Options(program)).Where(variable => !variable.StartsWith("Smtp__", StringComparison.Ordinal)).ToHashSet();

        Assert.Contains("Postgres__ConnectionString", required);
        Assert.Superset(required, Given(overlay, program).Keys.ToHashSet());
    }

    /// <summary>Their own checks look at the values, as they do when the program starts.</summary>
    [KubectlTheory, MemberData(nameof(Programs))]
    public void A_program_takes_what_it_is_given(string overlay, string program)
    {
        var given = Given(overlay, program);
        Assert.Equal("/etc/orderflow/public.pem", given["Auth__PublicKeyFile"]);
        given["Auth__PublicKeyFile"] = Tokens.PublicKeyFile;   // where this machine has one
        var settings = given.Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

        Assert.DoesNotContain(ProgramSettings.FailuresOf(Options(program), configuration), failure => !failure.Contains("Smtp__", StringComparison.Ordinal));
    }

    [KubectlTheory, MemberData(nameof(Programs))]
    public void The_key_that_tokens_are_checked_by_is_where_it_is_looked_for(string overlay, string program)
    {
        var workload = Overlay.Named(overlay).Workload(program);
        var file = Given(overlay, program)["Auth__PublicKeyFile"];
        var mount = Assert.Single(workload.Container.VolumeMounts, mount => mount.MountPath == Path.GetDirectoryName(file));
        var secret = workload.Pod.Volumes.Single(volume => volume.Name == mount.Name).Secret.SecretName;

        var made = $"create secret generic {secret} --from-file={Path.GetFileName(file)}=";

        if (overlay == Overlay.Dev) Assert.Contains(Path.GetFileName(file), Overlay.Named(overlay).SecretKeys(secret));
        else Assert.Contains(made, RepositoryFiles.Read("docs/kubernetes.md"), StringComparison.Ordinal);
    }

    /// <summary>The cluster is the same for both, so that they find each other.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void The_API_looks_for_the_cluster_that_the_silos_make(string overlay)
    {
        var (silo, api) = (Given(overlay, Workload.Silo), Given(overlay, Workload.Api));
        string[] shared = ["Cluster__ClusterId", "Cluster__ServiceId", "Auth__Issuer", "Auth__Audience"];

        Assert.All(shared, setting => Assert.Equal(silo[setting], api[setting]));
    }

    /// <summary>A Service's address would lead to any silo.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_is_reached_at_its_pods_address_and_called_as_its_pod(string overlay)
    {
        var variables = Overlay.Named(overlay).Workload(Workload.Silo).Container.Env;

        Assert.Equal("status.podIP", variables.Single(variable => variable.Name == "Cluster__AdvertisedAddress").ValueFrom.FieldRef.FieldPath);
        Assert.Equal("metadata.name", variables.Single(variable => variable.Name == "Cluster__SiloName").ValueFrom.FieldRef.FieldPath);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void What_pods_are_given_is_there_and_nothing_is_there_for_nobody(string overlay)
    {
        var all = Overlay.Named(overlay);
        var asked = all.Workloads.SelectMany(workload => PodSettings.SecretKeys(workload.Pod)).ToHashSet();
        var offered = asked.Select(key => key.Secret).Distinct().SelectMany(secret => all.SecretKeys(secret).Select(key => (secret, key)));

        Assert.Equal(offered.Order(), asked.Order());
        Assert.Equal(
            all.Of<V1ConfigMap>().Select(map => map.Metadata.Name).Order(),
            all.Workloads.SelectMany(workload => PodSettings.ConfigMaps(workload.Pod)).Distinct().Order());
    }

    [KubectlTheory, MemberData(nameof(Servers))]
    public void A_server_is_set_up_as_in_compose(string server)
    {
        var pod = PodSettings.Environment(Overlay.Named(Overlay.Dev), Overlay.Named(Overlay.Dev).Workload(server).Container);
        var compose = ComposeFile.Services[server]!["environment"]!.AsObject().ToDictionary(variable => variable.Key, variable => (string)variable.Value!);

        Assert.Equal(compose.Keys.Order(), pod.Keys.Where(name => compose.ContainsKey(name) || !BesideCompose.Contains(name)).Order());
        Assert.All(compose.Keys.Except(OtherThanInCompose), name => Assert.Equal(compose[name], pod[name]));
    }

    [KubectlFact]
    public void Servers_are_started_with_the_arguments_of_compose()
    {
        var dev = Overlay.Named(Overlay.Dev);

        Assert.Equal(ComposeFile.Services["postgres"]!["command"].Texts(), dev.Workload("postgres").Container.Args);
        Assert.Equal(ComposeFile.Services["redis"]!["command"].Texts().SkipLast(1).Append("$(REDIS_PASSWORD)"), dev.Workload("redis").Container.Args);
    }

    /// <summary>Otherwise Kubernetes sets KAFKA_PORT, KONG_PORT and others for Services, which their programs take for settings.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void No_pod_is_told_of_Services_by_its_environment(string overlay) =>
        Assert.All(Overlay.Named(overlay).Workloads, workload => Assert.False(workload.Pod.EnableServiceLinks));

    private static Dictionary<string, string> Given(string overlay, string program) =>
        PodSettings.Environment(Overlay.Named(overlay), Overlay.Named(overlay).Workload(program).Container);

    private static IReadOnlyList<Type> Options(string program) => program == Workload.Silo ? ProgramSettings.SiloOptions : ProgramSettings.ApiOptions;
}
