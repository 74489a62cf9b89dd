using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/docker-compose.yml</c> sets exactly what the options of the programs have and require.</summary>
public sealed class ComposeSettings
{
    public static TheoryData<string> Programs => [ComposeFile.Silo, ComposeFile.Api];

    /// <summary>A variable with two underscores is a setting of a program.</summary>
    [Theory, MemberData(nameof(Programs))]
    public void Every_setting_exists_in_the_programs_options(string dockerfile)
    {
        var known = ProgramSettings.Of(Options(dockerfile)).Select(setting => setting.Variable).ToHashSet();

        Assert.All(
            ComposeFile.BuiltBy(dockerfile).SelectMany(service => service.Variables()).Where(IsSetting),
            variable => Assert.Contains(variable, known));
    }

    /// <summary>A required setting is one whose absence the options' validation reports; those of a mail server are required only with smtp.</summary>
    [Theory, MemberData(nameof(Programs))]
    public void Every_required_setting_is_set(string dockerfile)
    {
        var required = ProgramSettings.RequiredOf(Options(dockerfile)).Where(variable => !variable.StartsWith("Smtp__", StringComparison.Ordinal)).ToHashSet();

        Assert.Superset(new HashSet<string> { "Auth__Audience", "Auth__Issuer", "Auth__PublicKeyFile", "Postgres__ConnectionString" }, required);
        Assert.All(ComposeFile.BuiltBy(dockerfile), service => Assert.Superset(required, service.Variables().ToHashSet()));
    }

    /// <summary>Orleans calls a silo at the address that it advertises.</summary>
    [Fact]
    public void Each_silo_advertises_its_own_address_under_its_own_name()
    {
        var silos = ComposeFile.BuiltBy(ComposeFile.Silo);

        Assert.All(silos, silo => Assert.Equal(
            (string?)Assert.Single(silo["networks"]!.AsObject()).Value!["ipv4_address"], (string?)silo["environment"]!["Cluster__AdvertisedAddress"]));
        Assert.Distinct(silos.Select(silo => (string?)silo["environment"]!["Cluster__AdvertisedAddress"]));
        Assert.Distinct(silos.Select(silo => (string?)silo["environment"]!["Cluster__SiloName"]));
    }

    /// <summary>An API stays healthy while Postgres takes no writes: an orchestrator that replaces unhealthy containers would replace all at once.</summary>
    [Theory]
    [InlineData(ComposeFile.Silo, "/health/ready")]
    [InlineData(ComposeFile.Api, "/health/reachable")]
    public void A_health_check_asks_at_an_endpoint_of_the_program(string dockerfile, string path)
    {
        var program = dockerfile.Split('/')[0];

        Assert.Contains(path, HealthPaths.Of(program));
        Assert.All(ComposeFile.BuiltBy(dockerfile), service =>
        {
            string[] command = [.. service["healthcheck"]!["test"].Texts()];

            Assert.Equal(["CMD", "dotnet", $"{program}.dll", "health"], command.Take(4));
            Assert.Equal(path, $"/health/{command.ElementAtOrDefault(4) ?? "ready"}");
        });
    }

    private static IReadOnlyList<Type> Options(string dockerfile) => dockerfile == ComposeFile.Silo ? ProgramSettings.SiloOptions : ProgramSettings.ApiOptions;

    private static bool IsSetting(string variable) => variable.Contains("__", StringComparison.Ordinal) && !variable.StartsWith("Logging__", StringComparison.Ordinal);
}
