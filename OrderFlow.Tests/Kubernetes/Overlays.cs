using System.Text;
using System.Text.RegularExpressions;
using k8s.Models;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;
using YamlDotNet.Core;

namespace OrderFlow.Tests.Kubernetes;

/// <summary><c>kubectl kustomize</c> prints objects that there are, for both overlays, and none of them is a secret that somebody wrote down.</summary>
public sealed partial class Overlays
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlFact]
    public void One_namespace_has_all_that_is_in_compose() =>
        Assert.Equal(["api", "kafka", "kong", "postgres", "redis", "silo"], Overlay.Named(Overlay.Dev).Workloads.Select(workload => workload.Name).Order());

    [KubectlFact]
    public void Production_has_three_silos_and_three_APIs_and_nothing_that_keeps_data()
    {
        var production = Overlay.Named(Overlay.Production);

        Assert.Equal(["api", "silo"], production.Workloads.Select(workload => workload.Name).Order());
        Assert.Equal(3, production.Workload(Workload.Silo).Replicas);
        Assert.Equal(3, production.Find<V2HorizontalPodAutoscaler>("api").Spec.MinReplicas);
    }

    [KubectlTheory, MemberData(nameof(Names))]
    public void All_is_in_one_namespace_which_lets_in_only_what_is_restricted(string overlay)
    {
        var objects = Overlay.Named(overlay).Objects;
        var home = Assert.Single(objects.OfType<V1Namespace>());

        Assert.Equal("restricted", home.Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.All(objects.Where(one => one is not V1Namespace), one => Assert.Equal(home.Metadata.Name, one.Metadata.NamespaceProperty));
    }

    [Fact]
    public void A_field_that_there_is_not_is_an_error() =>
        Assert.Throws<YamlException>(() => Overlay.Parse("apiVersion: v1\nkind: Service\nmetadata: {name: one}\nspec: {selectors: {a: b}}"));

    [KubectlFact]
    public void Production_names_its_secrets_and_the_document_says_how_they_are_made()
    {
        var production = Overlay.Named(Overlay.Production);
        var named = production.Workloads.SelectMany(workload => PodSettings.Secrets(workload.Pod)).Distinct().Order();

        Assert.Empty(production.Of<V1Secret>());
        Assert.Equal(["orderflow", "orderflow-token-keys"], named);
        Assert.All(named, secret => Assert.Contains($"create secret generic {secret} ", RepositoryFiles.Read("docs/kubernetes.md"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("settings.env")]
    [InlineData("public.pem")]
    public void What_is_secret_is_left_out_by_git(string file) =>
        Assert.Contains($"\ninfra/k8s/overlays/dev/secrets/{file}*\n", RepositoryFiles.Read(".gitignore"), StringComparison.Ordinal);

    [Fact]
    public void No_password_is_written_down()
    {
        var examples = RepositoryFiles.Where(name =>
            name.StartsWith("infra/k8s/overlays/", StringComparison.Ordinal) && name.EndsWith(".env.example", StringComparison.Ordinal));
        var passwords = examples.SelectMany(name => Password().Matches(RepositoryFiles.Read(name))).Select(match => match.Groups["value"].Value).ToList();

        Assert.Equal(9, passwords.Count);
        Assert.All(passwords, password => Assert.Matches("^(@[A-Z]+_PASSWORD@)?$", password));
    }

    [KubectlFact]
    public void Each_start_has_passwords_of_its_own()
    {
        var settings = Overlay.Named(Overlay.Dev).Of<V1Secret>().Single(secret => secret.Data.ContainsKey("redis-password"));
        string Text(string key) => Encoding.UTF8.GetString(settings.Data[key]);

        Assert.Matches("^[0-9a-f]{48}$", Text("postgres-password"));
        Assert.Matches("^[0-9a-f]{48}$", Text("redis-password"));
        Assert.NotEqual(Text("postgres-password"), Text("redis-password"));
        Assert.EndsWith($"Password={Text("postgres-password")};GSS Encryption Mode=Disable", Text("silo-postgres"), StringComparison.Ordinal);
    }

    [KubectlFact]
    public void Redis_and_Kong_have_the_files_that_are_used_without_Kubernetes()
    {
        var maps = Overlay.Named(Overlay.Dev).Of<V1ConfigMap>().ToList();

        Assert.Equal(RepositoryFiles.Read("infra/kong/kong.yml"), Assert.Single(maps, map => map.Data.ContainsKey("kong.yml")).Data["kong.yml"]);
        Assert.Equal(RepositoryFiles.Read("infra/redis/redis.conf"), Assert.Single(maps, map => map.Data.ContainsKey("redis.conf")).Data["redis.conf"]);
    }

    [Fact]
    public void No_file_lies_in_a_folder_without_being_used()
    {
        var kustomizations = RepositoryFiles.Where(name => Path.GetFileName(name) == "kustomization.yaml").ToList();
        var used = kustomizations.SelectMany(name => Yaml.Read(name).Select(field => field.Value!.ToJsonString())).ToList();
        var manifests = RepositoryFiles.Where(name => name.StartsWith("infra/k8s/", StringComparison.Ordinal) && Path.GetExtension(name) == ".yaml");

        Assert.Equal(6, kustomizations.Count);
        Assert.All(manifests.Except(kustomizations).Select(name => $"\"{Path.GetFileName(name)}\""), name =>
            Assert.Contains(used, field => field.Contains(name, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"password=(?<value>[^;\n]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
