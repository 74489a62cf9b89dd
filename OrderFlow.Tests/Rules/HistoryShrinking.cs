using CsCheck;

namespace OrderFlow.Tests.Rules;

public sealed class HistoryShrinking
{
    private static readonly Gen<int> Numbers = Gen.Int[0, 99];

    [Fact]
    public void A_failure_is_reported_with_its_seed_and_only_the_steps_that_matter()
    {
        var failure = Assert.Throws<CsCheckException>(() => Histories.Check(Numbers, ForbidTwoNinesAfterASeven));

        Assert.Contains("CsCheck_Seed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("3 steps:\nseven\nnine\nnine\na second nine after a seven", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_fails_again()
    {
        var first = Assert.Throws<CsCheckException>(() => Histories.Check(Numbers, ForbidTwoNinesAfterASeven));
        var seed = first.Message.Split('"')[1];

        var again = Assert.Throws<CsCheckException>(() =>
            Numbers.Array[1, Histories.MaxLength].Sample(history => ForbidTwoNinesAfterASeven(history, log: null), seed: seed, iter: 1));

        Assert.Contains(seed, again.Message, StringComparison.Ordinal);
    }

    private static void ForbidTwoNinesAfterASeven(IReadOnlyList<int> history, Action<string>? log)
    {
        var sevens = 0;
        var nines = 0;
        foreach (var number in history)
        {
            if (number % 10 == 7) sevens++;
            if (number % 10 == 9 && sevens > 0) nines++;
            log?.Invoke((number % 10) switch { 7 => "seven", 9 => "nine", _ => "another" });
            if (nines == 2) throw new InvalidOperationException("a second nine after a seven");
        }
    }
}
