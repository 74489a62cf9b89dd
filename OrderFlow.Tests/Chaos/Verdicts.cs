namespace OrderFlow.Tests.Chaos;

/// <summary>Any violation fails a run, and so does a run in which nothing was checked: <c>infra/chaos/judge.sh</c>.</summary>
public sealed class Verdicts : IDisposable
{
    private const string Enough = "errands\t2\noperations\t3\nacknowledged\t2\nstored\t2\nrepeated\t0\nproducts\t25\nadjusted\t1\nrestocked\t1\nimported\t1\ncrossings\t1\nconfirmed\t1\nfulfilled\t1\nexpired\t1\nrequests\t100\nfailed-at-first\t1\nfailed-at-last\t0\ncalm-p99-ms\t1000\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-verdicts-").FullName;

    public Verdicts()
    {
        Write("violations.tsv", "repeats\t3\n");
        Write("counts.tsv", Enough);
        Write("faults.tsv", "1\t2\tredis-kill\n2\t3\tsilo-kill 1\n");
        Write("schedule.tsv", "5\tredis-kill\t\t2\n9\tsilo-kill\t1\t2\n");
        foreach (var name in (string[])["weather.txt", "expected.tsv", "orders.tsv", "records.tsv", "told.tsv"]) Write(name, "");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_run_without_violations_passes()
    {
        var (status, said) = await Judge();

        Assert.True(status == 0, said);
        Assert.Empty(Failed(said));
        Assert.Contains("\nEverything holds.\n", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unanswered")]
    [InlineData("refused")]
    [InlineData("twice")]
    [InlineData("unasked")]
    [InlineData("lost")]
    [InlineData("altered")]
    [InlineData("undone")]
    [InlineData("unexpired")]
    [InlineData("late")]
    [InlineData("failed")]
    [InlineData("unfinal")]
    [InlineData("unwritten")]
    [InlineData("untold")]
    [InlineData("forgotten")]
    [InlineData("unbalanced")]
    [InlineData("unexplained")]
    [InlineData("unapplied")]
    [InlineData("unannounced")]
    [InlineData("slow")]
    [InlineData("ended")]
    [InlineData("missing")]
    [InlineData("unexpected")]
    [InlineData("changed")]
    [InlineData("order")]
    [InlineData("dropped")]
    [InlineData("unsent")]
    [InlineData("untrue")]
    [InlineData("unread")]
    [InlineData("of a kind that nobody knows")]
    public async Task A_violation_of_any_kind_breaks_one_condition(string kind)
    {
        Write("violations.tsv", $"repeats\t3\n{kind}\torder 42\n");

        var (status, said) = await Judge();

        Assert.Equal(1, status);
        Assert.Single(Failed(said));
        Assert.Contains("          order 42\n", said.Replace($"{kind}\t", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_short_run_slow_seconds_are_only_reported()
    {
        Write("violations.tsv", "slow\tsilo-kill 1: 11 s\n");

        Assert.Equal(0, (await Judge("MODE=once")).Status);
    }

    [Theory]
    [InlineData("FINAL_AFTER=61", "repeats\t3\n")]
    [InlineData("", "repeats\t3\nunanswered\torder 42\n")]
    [InlineData("", "repeats\t3\nlate\torder 42\n")]
    public async Task A_short_run_does_not_judge_times_on_an_overloaded_machine(string found, string violations)
    {
        Write("violations.tsv", violations);
        Assert.Equal(1, (await Judge($"MODE=once; {found}")).Status);

        Write("counts.tsv", Enough.Replace("calm-p99-ms\t1000", "calm-p99-ms\t1001", StringComparison.Ordinal));
        Assert.Equal(0, (await Judge($"MODE=once; {found}")).Status);
        Assert.Equal(1, (await Judge(found)).Status);
    }

    [Fact]
    public async Task Lost_orders_are_judged_on_any_machine()
    {
        Write("violations.tsv", "lost\torder 42\n");
        Write("counts.tsv", Enough.Replace("calm-p99-ms\t1000", "calm-p99-ms\t1001", StringComparison.Ordinal));

        Assert.Equal(1, (await Judge("MODE=once")).Status);
    }

    [Theory]
    [InlineData("acknowledged\t2", "acknowledged\t0", "FAILED  customers were given orders")]
    [InlineData("acknowledged\t2", "", "FAILED  customers were given orders")]
    [InlineData("confirmed\t1", "confirmed\t0", "FAILED  orders were confirmed and fulfilled, and expired")]
    [InlineData("fulfilled\t1", "fulfilled\t0", "FAILED  orders were confirmed and fulfilled, and expired")]
    [InlineData("expired\t1", "expired\t0", "FAILED  orders were confirmed and fulfilled, and expired")]
    [InlineData("adjusted\t1", "adjusted\t0", "FAILED  stock was adjusted, restocked and imported, and ran low")]
    [InlineData("restocked\t1", "restocked\t0", "FAILED  stock was adjusted, restocked and imported, and ran low")]
    [InlineData("imported\t1", "imported\t0", "FAILED  stock was adjusted, restocked and imported, and ran low")]
    [InlineData("crossings\t1", "crossings\t0", "FAILED  stock was adjusted, restocked and imported, and ran low")]
    [InlineData("failed-at-first\t1", "failed-at-first\t6", "FAILED  at most 5 % of requests fail at the first try")]
    [InlineData("requests\t100\n", "", "FAILED  at most 5 % of requests fail at the first try")]
    public async Task A_run_without_work_fails(string count, string altered, string verdict)
    {
        Write("counts.tsv", Enough.Replace(count, altered, StringComparison.Ordinal));

        var (status, said) = await Judge();

        Assert.Equal(1, status);
        Assert.StartsWith(verdict, Assert.Single(Failed(said)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("faults.tsv", "1\t2\tredis-kill\n")]
    [InlineData("faults.tsv", "")]
    public async Task A_fault_that_was_not_injected_fails_the_run(string file, string lines)
    {
        Write(file, lines);

        var (status, said) = await Judge();

        Assert.Equal(1, status);
        Assert.StartsWith("FAILED  every fault of the schedule struck", Assert.Single(Failed(said)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FINAL_AFTER=never", "FAILED  every order is final within 60 s")]
    [InlineData("FINAL_AFTER=60.01", "FAILED  every order is final within 60 s")]
    [InlineData("WAITING_STILL=1", "FAILED  every event is published")]
    [InlineData("STATS=", "FAILED  no notification waits any more")]
    [InlineData("""STATS='{"waiting":0,"active":0,"delayed":0,"processed":5,"failed":1,"deadLettered":1}'""", "FAILED  no notification waits any more")]
    [InlineData("""STATS='{"waiting":0,"active":1,"delayed":0,"processed":5,"failed":0,"deadLettered":0}'""", "FAILED  no notification waits any more")]
    public async Task Unfinished_work_fails_the_run(string found, string verdict)
    {
        var (status, said) = await Judge(found);

        Assert.Equal(1, status);
        Assert.StartsWith(verdict, Assert.Single(Failed(said)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("customers() { [[ $1 != verify ]] || exit 1; }")]
    [InlineData("customers() { [[ $1 != weather ]] || exit 134; }")]
    [InlineData("compare_events() { awk 'BEGIN { exit 2 }'; }")]
    [InlineData("read_kafka() { die 'kcat could not read'; }")]
    [InlineData("await_notifications() { rm \"$VIOLATIONS\"; }")]
    public async Task A_failing_comparison_gives_no_verdict(string broken)
    {
        var (status, said) = await Judge(broken);

        Assert.NotEqual(0, status);
        Assert.DoesNotContain("Everything holds.", said, StringComparison.Ordinal);
    }

    private static string[] Failed(string said) => [.. said.Split('\n').Where(line => line.StartsWith("FAILED", StringComparison.Ordinal))];

    private void Write(string name, string lines) => File.WriteAllText(Path.Combine(_directory, name), lines);

    /// <summary>Judges the files of the directory; the system answers well, or as given.</summary>
    private Task<(int Status, string Said)> Judge(string given = "") => Scripts.Shell(
        $$"""
        for part in lib/verdict compare/compare chaos/system chaos/faults chaos/judge; do source "infra/$part.sh"; done
        await_settled() { :; }; await_expired() { :; }; await_jobs() { :; }; read_database() { :; }; read_kafka() { :; }; compare_events() { :; }; await_notifications() { :; }
        customers() { :; }; programs_down() { :; }; verdict_on_stock() { :; }
        MODE=night MINUTES=1 SEED=1 RATE=5 FINAL_AFTER=59.9 WAITING_STILL=0 CHAOS_NAME=chaos-1 CHAOS_DIR=$1 LOG_DIR=$1 FAULTS=$1/faults.tsv SCHEDULE=$1/schedule.tsv
        STATS='{"waiting":0,"active":0,"delayed":0,"processed":5,"failed":2,"deadLettered":0}'
        compare_open "$1"
        {{given}}
        judge
        """,
        _directory);
}
