using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>CI tests with the servers of compose. Dependabot updates compose alone; these tests name what must follow.</summary>
public sealed partial class ServerVersions
{
    /// <summary>In CI a service is reached at the runner's own address, not by its name.</summary>
    private static readonly string[] AddressesOfCi = ["KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_ADVERTISED_LISTENERS"];

    private static readonly JsonNode Job = Yaml.Read(".github/workflows/ci.yml")["jobs"]!["servers"]!;

    /// <summary>Stored data are read again by the version that wrote them.</summary>
    [Fact]
    public void An_image_of_compose_has_an_exact_version() =>
        Assert.All(ComposeFile.Services, service => Assert.Matches(ExactVersion(), (string)service.Value!["image"]!));

    [Fact]
    public void Servers_of_CI_are_those_of_compose()
    {
        var services = Job["services"]!.AsObject();

        Assert.Equal(["kafka", "postgres", "redis"], services.Select(service => service.Key).Order(StringComparer.Ordinal));
        Assert.All(services, service => Assert.Equal((string?)ComposeFile.Services[service.Key]!["image"], (string?)service.Value!["image"]));
        Assert.All(
            services["kafka"]!["env"]!.AsObject().Where(variable => !AddressesOfCi.Contains(variable.Key)),
            variable => Assert.Equal((string?)ComposeFile.Services["kafka"]!["environment"]![variable.Key], (string?)variable.Value));
    }

    [Fact]
    public void Settings_of_CI_exist_in_the_silos_options() => Assert.Subset(
        ProgramSettings.Of(ProgramSettings.SiloOptions).Select(setting => setting.Variable).ToHashSet(),
        Job["env"]!.AsObject().Select(variable => variable.Key).ToHashSet());

    /// <summary>Down to the patch, which is the second number of Postgres and the third of all others.</summary>
    [GeneratedRegex(@"^(postgres:\d+|[a-z0-9./-]+:v?\d+\.\d+)\.\d+(-[a-z]+)?$")]
    private static partial Regex ExactVersion();
}
