using Microsoft.Extensions.Configuration;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Settings in pods exist, have valid values, and are complete.</summary>
public sealed class PodSettings
{
    private const string PublicKey = "/etc/orderflow/public.pem";

    public static TheoryData<string> Names => Overlay.Names;

    public static TheoryData<string, string> Programs => Overlay.Programs;

    [KubectlTheory, MemberData(nameof(Programs))]
    public void Every_setting_exists_in_the_programs_options(string overlay, string program)
    {
        var known = ProgramSettings.Of(Options(program)).Select(setting => setting.Variable).Append("ASPNETCORE_ENVIRONMENT").ToHashSet();

        Assert.Subset(known, Settings(overlay, program).Keys.ToHashSet());
    }

    [KubectlTheory, MemberData(nameof(Programs))]
    public void Every_required_setting_is_set(string overlay, string program)
    {
        var required = ProgramSettings.RequiredOf(Options(program)).Where(variable => !variable.StartsWith("Smtp__", StringComparison.Ordinal)).ToHashSet();

        Assert.Contains("Postgres__ConnectionString", required);
        Assert.Superset(required, Settings(overlay, program).Keys.ToHashSet());
    }

    /// <summary>Validated as the program validates them at start.</summary>
    [KubectlTheory, MemberData(nameof(Programs))]
    public void Every_setting_is_valid(string overlay, string program)
    {
        var settings = Settings(overlay, program);
        settings["Auth__PublicKeyFile"] = Tokens.PublicKeyFile;   // the pod's file is not on this machine
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)))
            .Build();

        Assert.DoesNotContain(ProgramSettings.FailuresOf(Options(program), configuration), failure => !failure.Contains("Smtp__", StringComparison.Ordinal));
    }

    [KubectlTheory, MemberData(nameof(Programs))]
    public void The_public_key_is_mounted_where_the_program_reads_it(string overlay, string program)
    {
        var workload = Overlay.Named(overlay).Workload(program);
        var mount = Assert.Single(workload.Container.VolumeMounts, mount => mount.MountPath == Path.GetDirectoryName(PublicKey));
        var secret = workload.Pod.Volumes.Single(volume => volume.Name == mount.Name).Secret.SecretName;

        Assert.Equal(PublicKey, Settings(overlay, program)["Auth__PublicKeyFile"]);
        Assert.Equal("orderflow-token-keys", secret);
        if (overlay == Overlay.Dev) Assert.Contains(Path.GetFileName(PublicKey), Overlay.Named(overlay).SecretKeys(secret));
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void Silos_and_APIs_have_the_same_cluster_and_the_same_issuer(string overlay)
    {
        var (silo, api) = (Settings(overlay, Workload.Silo), Settings(overlay, Workload.Api));
        string[] shared = ["Cluster__ClusterId", "Cluster__ServiceId", "Auth__Issuer", "Auth__Audience"];

        Assert.All(shared, setting => Assert.Equal(silo[setting], api[setting]));
    }

    /// <summary>Gateways know addresses, not users.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void A_user_has_the_limit_of_compose(string overlay) => Assert.Equal(
        (string?)ComposeFile.Services["api"]!["environment"]!["RateLimit__PerUserPerMinute"], Settings(overlay, Workload.Api)["RateLimit__PerUserPerMinute"]);

    /// <summary>A Service's address would lead to any silo.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void A_silo_advertises_the_address_and_the_name_of_its_pod(string overlay)
    {
        var variables = Overlay.Named(overlay).Workload(Workload.Silo).Container.Env;

        Assert.Equal("status.podIP", variables.Single(variable => variable.Name == "Cluster__AdvertisedAddress").ValueFrom.FieldRef.FieldPath);
        Assert.Equal("metadata.name", variables.Single(variable => variable.Name == "Cluster__SiloName").ValueFrom.FieldRef.FieldPath);
    }

    /// <summary>Kubernetes would set KAFKA_PORT, KONG_PORT and others for Services, which the images read as settings.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void Pods_have_no_service_links(string overlay) =>
        Assert.All(Overlay.Named(overlay).Workloads, workload => Assert.False(workload.Pod.EnableServiceLinks));

    private static Dictionary<string, string> Settings(string overlay, string program) =>
        PodEnvironment.Of(Overlay.Named(overlay), Overlay.Named(overlay).Workload(program).Container);

    private static IReadOnlyList<Type> Options(string program) => program == Workload.Silo ? ProgramSettings.SiloOptions : ProgramSettings.ApiOptions;
}
