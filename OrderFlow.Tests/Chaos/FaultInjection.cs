namespace OrderFlow.Tests.Chaos;

/// <summary>A failure of the run itself aborts it and is not counted as a violation: <c>infra/chaos/faults.sh</c> and <c>system.sh</c>.</summary>
public sealed class FaultInjection : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-faults-").FullName;

    private string Violations => File.ReadAllText(Path.Combine(_directory, "violations.tsv"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("heal_silo_kill 2", "the run ended silo-2 and could not start it again (infra/fault.sh silo 2 start)")]
    [InlineData("heal_silo_stop 2", "the run ended silo-2 and could not start it again (infra/fault.sh silo 2 start)")]
    [InlineData("heal_api_kill 2", "the run ended API 2 and could not start it again (infra/fault.sh api 2 start)")]
    [InlineData("heal_redis_kill", "the run ended redis and could not start it again (infra/fault.sh redis start)")]
    [InlineData("strike_postgres_restart", "the run ended postgres and could not start it again (infra/fault.sh postgres restart)")]
    public async Task A_victim_that_cannot_be_restarted_aborts_the_run(string step, string said)
    {
        var ended = await Play($"try_fault() {{ return 1; }}; programs_down() {{ say silo-2 api-2 redis postgres; }}; {step}");

        Assert.Equal(1, ended.Status);
        Assert.StartsWith($"error: {said}, so it ends without a verdict", ended.Said, StringComparison.Ordinal);
        Assert.Empty(Violations);
    }

    [Fact]
    public async Task A_victim_that_had_exited_by_itself_is_a_violation()
    {
        await Succeeds("""
            down=silo-2
            programs_down() { say $down; }
            try_fault() { [[ $3 == start ]] && down='' || [[ -z $down ]]; }
            strike_silo_kill 2
            """);

        Assert.Equal("ended\tsilo-2 ended by itself\n", Violations);
    }

    [Theory]
    [InlineData(150, "")]
    [InlineData(200, "ended\tsilo-2 ended by itself\n")]
    public async Task A_silo_may_exit_after_it_was_resumed(int endsAt, string violations)
    {
        await Succeeds($"try_fault() {{ :; }}; NOW=100; strike_silo_pause 2; heal_silo_pause 2; NOW={endsAt}; note_ended silo-2");

        Assert.Equal(violations, Violations);
    }

    [Fact]
    public async Task A_resumed_silo_may_exit_once()
    {
        await Succeeds("try_fault() { :; }; NOW=100; strike_silo_pause 2; note_ended silo-2; note_ended silo-2");

        Assert.Equal("ended\tsilo-2 ended by itself\n", Violations);
    }

    [Fact]
    public async Task A_restarted_silo_may_not_exit()
    {
        await Succeeds("try_fault() { :; }; NOW=100; strike_silo_pause 2; heal_silo_pause 2; strike_silo_kill 2; heal_silo_kill 2; note_ended silo-2");

        Assert.Equal("ended\tsilo-2 ended by itself\n", Violations);
    }

    [Theory]
    [InlineData("exit 3", "customers_stop", "ended in disorder")]
    [InlineData("exit 3", "wait_until 10 customers_are_gone; await_uptime 200", "are gone")]
    [InlineData("exit 3", "wait_until 10 customers_are_gone; customers_stop", "ended in disorder")]
    [InlineData("trap '' TERM; exec sleep 20", "sleep 0.5; LAST_ANSWERS_SECONDS=1; customers_stop", "have no last answer after 1 s")]
    public async Task A_failing_workload_aborts_the_run(string customers, string steps, string how)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "customers.log"), "error: the ledger cannot be written\n");

        var ended = await Play($"NOW=100; revive() {{ :; }}; ( {customers} ) >/dev/null 2>&1 & CUSTOMERS_PID=$!; trap customers_kill EXIT; {steps}");

        Assert.Equal(1, ended.Status);
        Assert.Contains($"  | error: the ledger cannot be written\nerror: the customers {how}, so the run ends without a verdict", ended.Said, StringComparison.Ordinal);
    }

    private async Task Succeeds(string steps) => Scripts.Lines(await Play(steps));

    /// <summary>Runs steps at second <c>NOW</c> of a run.</summary>
    private Task<(int Status, string Said)> Play(string steps) => Scripts.Shell(
        $$"""
        source infra/chaos/system.sh; source infra/chaos/faults.sh
        uptime_now() { say "$NOW"; }
        NOW=1 CHAOS_DIR=$1 VIOLATIONS=$1/violations.tsv
        : >"$VIOLATIONS"
        {{steps}}
        """,
        _directory);
}
