using System.Reflection;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/guarantees.md</c> names for each promise what shows it, and all of that exists.</summary>
public sealed partial class Guarantees_document
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guarantees.md"));

    /// <summary>Every test of this assembly: folders, class and method, separated by dots.</summary>
    private static readonly HashSet<string> Tests =
    [
        .. from type in typeof(Guarantees_document).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           where method.GetCustomAttribute<FactAttribute>() is not null
           select $"{type.FullName!["OrderFlow.Tests.".Length..]}.{method.Name}",
    ];

    [Fact]
    public void Every_test_that_is_named_exists() => Assert.Empty(NamedTests(Text).Except(Tests));

    [Fact]
    public void A_test_that_there_is_not_would_be_found()
    {
        const string document = "`Documents.Guarantees_document.Every_test_that_is_named_exists`, `Documents.Guarantees_document.A_test_that_there_is_not`, `OrderGrain.Place`";

        Assert.Equal(["Documents.Guarantees_document.A_test_that_there_is_not"], NamedTests(document).Except(Tests));
    }

    [Fact]
    public void Every_script_that_is_named_exists() =>
        Assert.All(Scripts(Text), script => Assert.True(File.Exists(Path.Combine(Repository.Root, script)), $"there is no {script}"));

    [Fact]
    public void Every_promise_is_shown_by_a_test_or_a_script_and_says_where_it_ends()
    {
        var promises = Promises(Text);

        Assert.NotEmpty(promises);
        Assert.All(promises, promise =>
        {
            Assert.True(NamedTests(promise).Any() || Scripts(promise).Any(), $"nothing shows: {promise}");
            Assert.Contains("\n- **Shown by:** ", promise, StringComparison.Ordinal);
            Assert.Contains("\n- **Not promised:** ", promise, StringComparison.Ordinal);
        });
    }

    private static IEnumerable<string> NamedTests(string text) => TestName().Matches(text).Select(match => match.Groups["test"].Value).Distinct();

    private static IEnumerable<string> Scripts(string text) => ScriptName().Matches(text).Select(match => match.Value).Distinct();

    private static string[] Promises(string text) => [.. text.Split("\n### ")[1..].Select(promise => promise.Split("\n## ")[0])];

    /// <summary>At least a folder, a class and a method; code that is spoken of has fewer parts.</summary>
    [GeneratedRegex(@"`(?<test>[A-Z]\w*(\.[A-Z]\w*){2,})`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\binfra/[\w/]+\.sh\b")]
    private static partial Regex ScriptName();
}
