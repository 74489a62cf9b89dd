using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>What <c>infra/docker-compose.yml</c> starts is set up as the programs want it, and may do no more than it must.</summary>
public sealed partial class Compose_file
{
    private const string Silo = "OrderFlow.Silo/Dockerfile";

    private const string Api = "OrderFlow.Api/Dockerfile";

    /// <summary>Its image writes its configuration beside its program.</summary>
    private const string WritesToItself = "kafka";

    public static TheoryData<string> Services => [.. ComposeFile.ServiceNames];

    public static TheoryData<string> Programs => [Silo, Api];

    [Fact]
    public void Two_silos_and_the_API_are_built_here()
    {
        Assert.Equal(2, ComposeFile.BuiltBy(Silo).Count());
        Assert.Single(ComposeFile.BuiltBy(Api));
    }

    /// <summary>The rule: a variable with two underscores is a setting of a program, and must be one of that program's options.</summary>
    [Theory, MemberData(nameof(Programs))]
    public void A_program_is_given_no_setting_that_it_does_not_have(string dockerfile)
    {
        var known = ProgramSettings.Of(Options(dockerfile)).Select(setting => setting.Variable).ToHashSet();

        Assert.All(
            ComposeFile.BuiltBy(dockerfile).SelectMany(service => service.Variables()).Where(IsSetting),
            variable => Assert.Contains(variable, known));
    }

    /// <summary>
    /// The rule: what the options' own checks ask for where nothing is set must be set, but for what only a mail server needs.
    /// Whatever has a default may be left to it.
    /// </summary>
    [Theory, MemberData(nameof(Programs))]
    public void A_program_is_given_every_setting_that_it_must_have(string dockerfile)
    {
        var required = ProgramSettings.RequiredOf(Options(dockerfile)).Where(variable => !variable.StartsWith("Smtp__", StringComparison.Ordinal)).ToHashSet();

        Assert.Superset(new HashSet<string> { "Auth__Audience", "Auth__Issuer", "Auth__PublicKeyFile", "Postgres__ConnectionString" }, required);
        Assert.All(ComposeFile.BuiltBy(dockerfile), service => Assert.Superset(required, service.Variables().ToHashSet()));
    }

    [Fact]
    public void Each_silo_is_called_and_reached_as_no_other()
    {
        var silos = ComposeFile.BuiltBy(Silo).ToList();

        Assert.All(silos, silo => Assert.Equal(
            (string?)Assert.Single(silo["networks"]!.AsObject()).Value!["ipv4_address"], (string?)silo["environment"]!["Cluster__AdvertisedAddress"]));
        Assert.Distinct(silos.Select(silo => (string?)silo["environment"]!["Cluster__AdvertisedAddress"]));
        Assert.Distinct(silos.Select(silo => (string?)silo["environment"]!["Cluster__SiloName"]));
    }

    [Fact]
    public void What_is_asked_of_the_environment_is_in_its_example()
    {
        var asked = AskedFor().Matches(RepositoryFiles.Read(ComposeFile.Name)).Select(match => match.Groups["name"].Value).Distinct();
        var offered = Line().Matches(RepositoryFiles.Read("infra/compose.env.example")).Select(match => match.Groups["name"].Value);

        Assert.Equal(offered.Where(name => name != "COMPOSE_PROJECT_NAME").Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_password_is_written_down() =>
        Assert.All(
            Password().Matches(RepositoryFiles.Read(ComposeFile.Name) + RepositoryFiles.Read("infra/compose.env.example")),
            password => Assert.Matches(@"^(\$\{\w+_PASSWORD:\?.*)?$", password.Groups["value"].Value));

    [Fact]
    public void Only_Kong_is_reached_from_outside_and_from_this_machine_what_shows_how_it_fares() =>
        Assert.Equal(
            [
                ("grafana", "127.0.0.1:${GRAFANA_PORT:-3000}:3000"), ("jaeger", "127.0.0.1:${JAEGER_PORT:-16686}:16686"),
                ("kong", "${KONG_ADDRESS:-0.0.0.0}:${KONG_PORT:-8000}:8000"), ("silo-1", "127.0.0.1:${DASHBOARD_PORT:-8081}:8080"),
            ],
            from service in ComposeFile.Services
            from port in service.Value!["ports"].Texts()
            orderby service.Key
            select (service.Key, port));

    [Fact]
    public void What_watches_the_system_starts_only_when_it_is_asked_for() =>
        Assert.Equal(
            ["grafana", "jaeger", "prometheus"],
            ComposeFile.Services.Where(service => service.Value!["profiles"].Texts().SequenceEqual(["observability"])).Select(service => service.Key).Order());

    [Fact]
    public void Redis_is_told_to_keep_what_it_holds()
    {
        var redis = ComposeFile.Services["redis"]!;
        var settings = RepositoryFiles.Read("infra/redis/redis.conf");

        Assert.Equal(["redis-server", "/etc/redis/redis.conf"], redis["command"].Texts().Take(2));
        Assert.Contains("./redis/redis.conf:/etc/redis/redis.conf:ro", redis["volumes"].Texts());
        Assert.All(new[] { "appendonly yes", "appendfsync always", "maxmemory-policy noeviction" }, line => Assert.Contains($"\n{line}\n", settings, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Services))]
    public void A_service_has_no_rights_and_can_write_only_where_it_must(string name)
    {
        var service = ComposeFile.Services[name]!;
        string[] rights = name == "kong" ? ["NET_BIND_SERVICE"] : [];

        Assert.Equal(["ALL"], service["cap_drop"].Texts());
        Assert.Equal(rights, service["cap_add"].Texts());
        Assert.Equal(["no-new-privileges:true"], service["security_opt"].Texts());
        Assert.Equal(name != WritesToItself, (bool)service["read_only"]!);
        Assert.Null(service["privileged"]);
    }

    [Theory, MemberData(nameof(Services))]
    public void A_service_cannot_take_all_of_the_machine(string name) =>
        Assert.All(new[] { "mem_limit", "cpus", "pids_limit" }, limit => Assert.NotNull(ComposeFile.Services[name]![limit]));

    [Theory, MemberData(nameof(Services))]
    public void A_service_starts_when_what_it_needs_is_healthy(string name)
    {
        var needed = ComposeFile.Services[name]!["depends_on"]?.AsObject() ?? new JsonObject();

        Assert.NotNull(ComposeFile.Services[name]!["healthcheck"]!["test"]);
        Assert.All(needed, one =>
        {
            Assert.Equal("service_healthy", (string?)one.Value!["condition"]);
            Assert.Contains(one.Key, ComposeFile.ServiceNames);
        });
    }

    /// <summary>APIs are asked for what stays good while the database takes no writes: else whoever replaces unhealthy containers would replace them all.</summary>
    [Theory]
    [InlineData(Silo, "CMD dotnet OrderFlow.Silo.dll health")]
    [InlineData(Api, "CMD dotnet OrderFlow.Api.dll health reachable")]
    public void Programs_are_asked_for_their_health_by_their_own_switch(string dockerfile, string test) =>
        Assert.All(ComposeFile.BuiltBy(dockerfile), service => Assert.Equal(test.Split(' '), service["healthcheck"]!["test"].Texts()));

    private static IReadOnlyList<Type> Options(string dockerfile) => dockerfile == Silo ? ProgramSettings.SiloOptions : ProgramSettings.ApiOptions;

    private static bool IsSetting(string variable) => variable.Contains("__", StringComparison.Ordinal) && !variable.StartsWith("Logging__", StringComparison.Ordinal);

    [GeneratedRegex(@"\$\{(?<name>\w+)")]
    private static partial Regex AskedFor();

    [GeneratedRegex(@"^(?<name>[A-Z_]+)=", RegexOptions.Multiline)]
    private static partial Regex Line();

    /// <summary>What follows a word that means a password; <c>KEY: value</c>, <c>key=value</c> and <c>--option, value</c> alike.</summary>
    [GeneratedRegex(@"(?:password|rediscli_auth|requirepass)(?:[:=]|, "") ?(?<value>[^\s;""]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
