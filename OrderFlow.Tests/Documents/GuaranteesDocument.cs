using System.Reflection;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/guarantees.md</c> names for each promise the test classes or scripts that show it, and all of them exist.</summary>
public sealed partial class GuaranteesDocument
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guarantees.md"));

    /// <summary>Every class of this assembly that has a test: folders and class, separated by dots.</summary>
    private static readonly HashSet<string> TestClasses =
    [
        .. from type in typeof(GuaranteesDocument).Assembly.GetTypes()
           where type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Any(method => method.GetCustomAttribute<FactAttribute>() is not null)
           select type.FullName!["OrderFlow.Tests.".Length..],
    ];

    [Fact]
    public void Every_test_class_that_is_named_exists() => Assert.Empty(NamedClasses(Text).Except(TestClasses));

    [Fact]
    public void A_test_class_that_does_not_exist_is_found()
    {
        const string document = "| **Promise** | `Documents.GuaranteesDocument`, `Documents.MissingClass`, `infra/test.sh` | `Orders.OrderGrain` |";

        Assert.Equal(["Documents.MissingClass"], NamedClasses(document).Except(TestClasses));
    }

    [Fact]
    public void Every_script_that_is_named_exists() =>
        Assert.All(
            Promises(Text).SelectMany(promise => ScriptName().Matches(promise[1])),
            script => Assert.True(File.Exists(Path.Combine(Repository.Root, script.Value)), $"{script.Value} does not exist"));

    [Fact]
    public void Every_promise_is_shown_by_a_test_or_a_script_and_has_a_limit()
    {
        var promises = Promises(Text).ToList();

        Assert.NotEmpty(promises);
        Assert.All(promises, promise =>
        {
            Assert.Equal(3, promise.Length);
            Assert.True(ClassName().IsMatch(promise[1]) || ScriptName().IsMatch(promise[1]), $"nothing shows {promise[0]}");
            Assert.NotEmpty(promise[2]);
        });
    }

    private static IEnumerable<string> NamedClasses(string text) =>
        Promises(text).SelectMany(promise => ClassName().Matches(promise[1])).Select(match => match.Groups["class"].Value).Distinct();

    /// <summary>The cells of each row: promise, what shows it, what is not promised.</summary>
    private static IEnumerable<string[]> Promises(string text) =>
        from line in text.Split('\n')
        where line.StartsWith("| **", StringComparison.Ordinal)
        select line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);

    /// <summary>One or more folders and a class.</summary>
    [GeneratedRegex(@"`(?<class>[A-Z]\w*(\.[A-Z]\w*)+)`")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"\binfra/[\w/]+\.sh\b")]
    private static partial Regex ScriptName();
}
