namespace OrderFlow.Tests.Chaos;

/// <summary><c>infra/chaos.sh</c> validates its options before it starts anything.</summary>
public sealed class ScriptOptions
{
    /// <summary>Limits a script that accepts an invalid option: it would start a whole system.</summary>
    private const string Seconds = "30";

    [Theory]
    [InlineData("there is no option '--fast'", "--fast")]
    [InlineData("there is no option '7'", "7")]
    [InlineData("--seed wants a number", "--once", "--seed")]
    [InlineData("--seed must be a number from 1 to 99999, not '--rate'", "--seed", "--rate", "5")]
    [InlineData("--seed must be a number from 1 to 99999, not '0'", "--seed", "0")]
    [InlineData("--minutes must be a number from 1 to 600, not '601'", "--minutes", "601")]
    [InlineData("--rate must be a number from 1 to 1000, not '2.5'", "--rate", "2.5")]
    [InlineData("--rate must be a number from 1 to 1000, not ''", "--rate", "")]
    [InlineData("--once and --roll are two runs", "--once", "--roll")]
    [InlineData("--external and --once are two runs", "--external", "--once")]
    [InlineData("--minutes is not for --once, which ends by itself", "--minutes", "5", "--once")]
    public async Task An_invalid_option_is_reported(string what, params string[] options)
    {
        var (status, said) = await Scripts.Run("timeout", [Seconds, "bash", "infra/chaos.sh", .. options]);

        Assert.Equal(2, status);
        Assert.StartsWith($"error: {what}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("unbound", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_succeeds()
    {
        var (status, said) = await Scripts.Run("bash", "infra/chaos.sh", "--help");

        Assert.Equal(0, status);
        Assert.StartsWith("usage: bash infra/chaos.sh", said, StringComparison.Ordinal);
    }
}
