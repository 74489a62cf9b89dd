using System.Text.RegularExpressions;

namespace OrderFlow.Tests.Manifests;

/// <summary>Rules for containers that no linter of compose files knows, for every service that is added.</summary>
public sealed partial class ContainerSecurity
{
    /// <summary>Its image writes its configuration beside its program.</summary>
    private const string NeedsWritableRoot = "kafka";

    public static TheoryData<string> Services => [.. ComposeFile.ServiceNames];

    [Theory, MemberData(nameof(Services))]
    public void A_container_has_no_capabilities_and_a_read_only_root(string name)
    {
        var service = ComposeFile.Services[name]!;
        string[] capabilities = name == "kong" ? ["NET_BIND_SERVICE"] : [];

        Assert.Equal(["ALL"], service["cap_drop"].Texts());
        Assert.Equal(capabilities, service["cap_add"].Texts());
        Assert.Equal(["no-new-privileges:true"], service["security_opt"].Texts());
        Assert.Equal(name != NeedsWritableRoot, (bool)service["read_only"]!);
        Assert.Null(service["privileged"]);
    }

    [Theory, MemberData(nameof(Services))]
    public void A_container_has_limits(string name) =>
        Assert.All(new[] { "mem_limit", "cpus", "pids_limit" }, limit => Assert.NotNull(ComposeFile.Services[name]![limit]));

    [Fact]
    public void Only_Kong_is_published_beyond_this_machine() => Assert.Equal(
        ["kong"],
        from service in ComposeFile.Services
        from port in service.Value!["ports"].Texts()
        where !port.StartsWith("127.0.0.1:", StringComparison.Ordinal)
        select service.Key);

    [Fact]
    public void No_password_is_written_down()
    {
        string[] files =
        [
            ComposeFile.Name, "infra/compose.env.example",
            .. RepositoryFiles.Where(name => name.StartsWith("infra/k8s/", StringComparison.Ordinal) && name.EndsWith(".env.example", StringComparison.Ordinal)),
        ];
        var passwords = files.SelectMany(name => Password().Matches(RepositoryFiles.Read(name))).Select(match => match.Groups["value"].Value).ToList();

        Assert.Equal(4, files.Length);
        Assert.True(passwords.Count > 15, $"{passwords.Count} passwords");
        Assert.All(passwords, password => Assert.Matches(@"^(\$\{\w+_PASSWORD:\?.*|@[A-Z]+_PASSWORD@)?$", password));
    }

    /// <summary>What follows a word that means a password: <c>KEY: value</c>, <c>key=value</c> and <c>--option, value</c> alike.</summary>
    [GeneratedRegex(@"(?:password|rediscli_auth|requirepass)(?:[:=]|, "") ?(?<value>[^\s;""]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
