using OrderFlow.Tests.Fixtures;
using YamlDotNet.Core;

namespace OrderFlow.Tests.Manifests;

/// <summary>Every YAML file of the repository is one, by the strictest reading.</summary>
public sealed class Yaml_files
{
    private static readonly string[] Names = [.. RepositoryFiles.Where(name => Path.GetExtension(name) is ".yml" or ".yaml")];

    public static TheoryData<string> All => [.. Names];

    [Theory, MemberData(nameof(All))]
    public void A_file_parses_and_no_key_stands_twice(string file) => Assert.NotEmpty(Yaml.Documents(RepositoryFiles.Read(file)));

    [Fact]
    public void Those_that_are_known_are_among_them() =>
        Assert.Superset(new HashSet<string> { "docs/asyncapi.yaml", "infra/docker-compose.yml", "infra/kong/kong.yml" }, Names.ToHashSet());

    [Theory]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: {b: 1, b: 1}")]
    public void A_key_that_stands_twice_is_found(string text) => Assert.Throws<YamlException>(() => Yaml.Documents(text));

    [Fact]
    public void What_is_merged_in_gives_way_to_what_is_there()
    {
        var document = Assert.Single(Yaml.Documents("base: &base {a: 1, b: 1}\nderived: {b: 2, <<: *base}"));

        Assert.Equal("""{"a":1,"b":2}""", document!["derived"]!.ToJsonString());
    }
}
