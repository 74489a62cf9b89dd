using System.Net;
using Npgsql;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Orleans' ADO.NET clustering with the SQL of this project.</summary>
public sealed class MembershipTable : IAsyncLifetime
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private OrleansProviders _orleans = null!;
    private IMembershipTable _table = null!;

    public async Task InitializeAsync()
    {
        _orleans = await OrleansProviders.OnFreshDatabase();
        _table = _orleans.Membership();
        await _table.InitializeMembershipTableAsync(tryInitTableVersion: true);
    }

    public Task DisposeAsync() => _orleans.DisposeAsync().AsTask();

    [Fact]
    public async Task A_new_cluster_is_empty_at_version_0()
    {
        var read = await _table.ReadAllAsync();

        Assert.Equal((0, "0"), (read.Version.Version, read.Version.VersionEtag));
        Assert.Empty(read.Members);
    }

    [Fact]
    public async Task One_of_twenty_silos_that_form_a_cluster_concurrently_creates_the_version()
    {
        var create = (await _orleans.Database.Value<string>("SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'InsertMembershipVersionKey'"))
            .Replace("@DeploymentId", "$1", StringComparison.Ordinal);

        var created = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _orleans.Database.Value<int>(create, "raced")));

        Assert.Equal(1, created.Sum());
        Assert.Equal([0], await _orleans.Database.Column<int>("SELECT version FROM orleans_membership_version WHERE deployment_id = 'raced'"));
    }

    [Fact]
    public async Task A_silo_that_joins_later_leaves_the_version_as_it_is()
    {
        Assert.True(await Insert(Silo(1)));

        await _orleans.Membership().InitializeMembershipTableAsync(tryInitTableVersion: true);

        var read = await _table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(["silo-1"], Names(read));
    }

    [Fact]
    public async Task A_silo_is_read_as_it_was_inserted_and_the_version_is_incremented()
    {
        var silo = Silo(1, SiloStatus.Joining);

        Assert.True(await Insert(silo));

        var read = await _table.ReadAllAsync();
        Assert.Equal((1, "1"), (read.Version.Version, read.Version.VersionEtag));
        var (member, etag) = Assert.Single(read.Members);
        Assert.Equal("1", etag);
        Assert.Equal(Facts(silo), Facts(member));
        Assert.Equal((DateTimeKind.Utc, DateTimeKind.Utc), (member.StartTime.Kind, member.IAmAliveTime.Kind));
    }

    [Fact]
    public async Task An_insert_at_a_stale_version_is_refused_and_changes_nothing()
    {
        var before = (await _table.ReadAllAsync()).Version;
        Assert.True(await _table.InsertRowAsync(Silo(1), before.Next()));

        Assert.False(await _table.InsertRowAsync(Silo(2), before.Next()));

        var read = await _table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(["silo-1"], Names(read));
    }

    [Fact]
    public async Task A_known_silo_is_not_inserted_again_and_the_version_stays()
    {
        Assert.True(await Insert(Silo(1, SiloStatus.Active)));

        Assert.False(await Insert(Silo(1, SiloStatus.Dead)));

        var read = await _table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(SiloStatus.Active, Assert.Single(read.Members).Item1.Status);
    }

    [Fact]
    public async Task One_of_ten_silos_that_insert_themselves_at_one_version_succeeds()
    {
        var version = (await _table.ReadAllAsync()).Version;

        var inserted = await RunTenConcurrently(number => _table.InsertRowAsync(Silo(number), version.Next()));

        var winner = Array.IndexOf(inserted, true) + 1;
        Assert.Single(inserted, true);
        var read = await _table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal([$"silo-{winner}"], Names(read));
    }

    [Fact]
    public async Task An_update_changes_status_suspicions_and_heartbeat_and_increments_the_version()
    {
        var silo = Silo(1, SiloStatus.Active);
        Assert.True(await Insert(silo));
        Assert.True(await Insert(Silo(2)));

        silo.Status = SiloStatus.Dead;
        silo.IAmAliveTime = Noon.AddMinutes(5);
        silo.AddSuspector(Silo(2).SiloAddress, Noon.AddMinutes(6));
        silo.AddSuspector(Silo(3).SiloAddress, Noon.AddMinutes(7));
        Assert.True(await Update(silo));

        var read = await _table.ReadAllAsync();
        Assert.Equal(3, read.Version.Version);
        Assert.Equal(Facts(silo), Facts(Member(read, 1)));
        Assert.Equal(Facts(Silo(2)), Facts(Member(read, 2)));
    }

    [Fact]
    public async Task An_update_at_a_stale_version_is_refused_and_changes_nothing()
    {
        Assert.True(await Insert(Silo(1, SiloStatus.Active)));
        var stale = await _table.ReadAllAsync();
        Assert.True(await Insert(Silo(2)));

        Assert.False(await _table.UpdateRowAsync(Silo(1, SiloStatus.Dead), stale.Version.VersionEtag, stale.Version.Next()));

        var read = await _table.ReadAllAsync();
        Assert.Equal(2, read.Version.Version);
        Assert.Equal(Facts(Silo(1, SiloStatus.Active)), Facts(Member(read, 1)));
    }

    [Fact]
    public async Task An_update_of_an_unknown_silo_is_refused_and_the_version_stays()
    {
        Assert.True(await Insert(Silo(1)));

        Assert.False(await Update(Silo(2, SiloStatus.Dead)));

        var read = await _table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(["silo-1"], Names(read));
    }

    [Fact]
    public async Task One_of_ten_updates_at_one_version_succeeds()
    {
        Assert.True(await Insert(Silo(1)));
        var read = await _table.ReadAllAsync();

        var updated = await RunTenConcurrently(minute =>
        {
            var silo = Silo(1);
            silo.IAmAliveTime = Noon.AddMinutes(minute);
            return _table.UpdateRowAsync(silo, read.Version.VersionEtag, read.Version.Next());
        });

        Assert.Single(updated, true);
        var after = await _table.ReadAllAsync();
        Assert.Equal(2, after.Version.Version);
        Assert.Equal(Noon.AddMinutes(Array.IndexOf(updated, true) + 1), Member(after, 1).IAmAliveTime);
    }

    [Fact]
    public async Task A_heartbeat_changes_nothing_else_and_needs_no_version()
    {
        Assert.True(await Insert(Silo(1, SiloStatus.Active)));
        Assert.True(await Insert(Silo(2, SiloStatus.Active)));

        var heartbeat = Silo(1, SiloStatus.Dead);
        heartbeat.IAmAliveTime = Noon.AddHours(1);
        await _table.UpdateIAmAliveAsync(heartbeat);

        var read = await _table.ReadAllAsync();
        var expected = Silo(1, SiloStatus.Active);
        expected.IAmAliveTime = Noon.AddHours(1);
        Assert.Equal(2, read.Version.Version);
        Assert.Equal(Facts(expected), Facts(Member(read, 1)));
        Assert.Equal(Facts(Silo(2, SiloStatus.Active)), Facts(Member(read, 2)));
    }

    [Fact]
    public async Task A_single_silo_is_read_with_the_version_of_the_table()
    {
        Assert.True(await Insert(Silo(1)));
        Assert.True(await Insert(Silo(2)));

        var read = await _table.ReadRowAsync(Silo(2).SiloAddress);

        Assert.Equal(2, read.Version.Version);
        Assert.Equal(Facts(Silo(2)), Facts(Assert.Single(read.Members).Item1));
    }

    [Fact]
    public async Task An_unknown_silo_is_read_as_the_version_without_members()
    {
        Assert.True(await Insert(Silo(1)));
        var otherGeneration = SiloAddress.New(Silo(1).SiloAddress.Endpoint, Silo(1).SiloAddress.Generation + 1);

        var read = await _table.ReadRowAsync(otherGeneration);

        Assert.Equal((1, "1"), (read.Version.Version, read.Version.VersionEtag));
        Assert.Empty(read.Members);
    }

    [Fact]
    public async Task A_reader_sees_each_version_with_exactly_its_silos_while_silos_join()
    {
        const int Silos = 60;
        var reader = _orleans.Membership();
        await reader.InitializeMembershipTableAsync(tryInitTableVersion: false);

        var joining = Task.Run(async () =>
        {
            for (var number = 1; number <= Silos; number++)
                Assert.True(await Insert(Silo(number)));
        });
        int seen;
        do
        {
            var read = await reader.ReadAllAsync();
            seen = read.Version.Version;
            Assert.Equal(seen, read.Members.Count);
        }
        while (seen < Silos && !joining.IsFaulted);

        await joining;
    }

    [Fact]
    public async Task Gateways_are_those_of_active_silos()
    {
        Assert.True(await Insert(Silo(1, SiloStatus.Active)));
        Assert.True(await Insert(Silo(2, SiloStatus.Active)));
        Assert.True(await Insert(Silo(3, SiloStatus.Joining)));
        Assert.True(await Insert(Silo(4, SiloStatus.Dead)));
        var withoutGateway = Silo(5, SiloStatus.Active);
        withoutGateway.ProxyPort = 0;
        Assert.True(await Insert(withoutGateway));
        var gateways = await _orleans.Gateways();

        var found = await gateways.GetGatewaysAsync();

        Assert.Equal(["gwy.tcp://10.0.0.1:30001/1001", "gwy.tcp://10.0.0.2:30002/1002"], found.Select(uri => uri.ToString()).Order());
        Assert.Empty(await (await _orleans.Gateways("elsewhere")).GetGatewaysAsync());
    }

    [Fact]
    public async Task Only_silos_that_are_dead_for_long_are_removed()
    {
        var cutoff = Noon;
        await InsertAsOf(Silo(1, SiloStatus.Dead), cutoff.AddSeconds(-1));
        await InsertAsOf(Silo(2, SiloStatus.Dead), cutoff.AddSeconds(1));
        await InsertAsOf(Silo(3, SiloStatus.Active), cutoff.AddDays(-9));
        await InsertAsOf(Silo(4, SiloStatus.ShuttingDown), cutoff.AddDays(-9));
        var suspectedLately = Silo(5, SiloStatus.Active);
        await InsertAsOf(suspectedLately, cutoff.AddDays(-9));
        suspectedLately.Status = SiloStatus.Dead;
        suspectedLately.AddSuspector(Silo(3).SiloAddress, cutoff.AddSeconds(1));
        Assert.True(await Update(suspectedLately));
        var suspectedLongAgo = Silo(6, SiloStatus.Active);
        await InsertAsOf(suspectedLongAgo, cutoff.AddDays(-9));
        suspectedLongAgo.Status = SiloStatus.Dead;
        suspectedLongAgo.AddSuspector(Silo(3).SiloAddress, cutoff.AddDays(-8));
        Assert.True(await Update(suspectedLongAgo));

        await _table.CleanupDefunctSiloEntriesAsync(cutoff);

        var read = await _table.ReadAllAsync();
        Assert.Equal(["silo-2", "silo-3", "silo-4", "silo-5"], Names(read));
        Assert.Equal(8, read.Version.Version);
    }

    [Fact]
    public async Task An_Orleans_without_that_query_removes_silos_that_are_inactive_for_long()
    {
        await _orleans.Database.Execute("DELETE FROM OrleansQuery WHERE QueryKey = 'CleanupDefunctSiloEntryKey'");
        var table = _orleans.Membership();
        await table.InitializeMembershipTableAsync(tryInitTableVersion: false);
        await InsertAsOf(Silo(1, SiloStatus.Dead), Noon.AddSeconds(-1));
        await InsertAsOf(Silo(2, SiloStatus.Dead), Noon);
        await InsertAsOf(Silo(3, SiloStatus.Active), Noon.AddDays(-9));
        await InsertAsOf(Silo(4, SiloStatus.ShuttingDown), Noon.AddDays(-9));

        await table.CleanupDefunctSiloEntriesAsync(Noon);

        Assert.Equal(["silo-2", "silo-3"], Names(await table.ReadAllAsync()));
    }

    [Fact]
    public async Task Clusters_in_one_database_do_not_see_each_other()
    {
        var other = _orleans.Membership("other");
        await other.InitializeMembershipTableAsync(tryInitTableVersion: true);
        Assert.True(await Insert(Silo(1)));
        Assert.True(await Insert(Silo(2)));
        Assert.True(await other.InsertRowAsync(Silo(1), (await other.ReadAllAsync()).Version.Next()));

        await _table.DeleteMembershipTableEntriesAsync("cluster");

        Assert.Equal(["other"], await _orleans.Database.Column<string>("SELECT deployment_id FROM orleans_membership_version"));
        Assert.Equal(["other"], await _orleans.Database.Column<string>("SELECT deployment_id FROM orleans_membership"));
        var read = await other.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(["silo-1"], Names(read));
    }

    private async Task<bool> Insert(MembershipEntry silo) => await _table.InsertRowAsync(silo, (await _table.ReadAllAsync()).Version.Next());

    private async Task InsertAsOf(MembershipEntry silo, DateTime time)
    {
        silo.StartTime = silo.IAmAliveTime = time;
        Assert.True(await Insert(silo));
    }

    private async Task<bool> Update(MembershipEntry silo)
    {
        var version = (await _table.ReadAllAsync()).Version;
        return await _table.UpdateRowAsync(silo, version.VersionEtag, version.Next());
    }

    /// <summary>Runs ten changes, 1 to 10, and holds them at the version row until all have reached it.</summary>
    private async Task<bool[]> RunTenConcurrently(Func<int, Task<bool>> change)
    {
        await using var gate = await _orleans.Database.Open();
        await using var closed = await gate.BeginTransactionAsync();
        await using var close = new NpgsqlCommand("SELECT FROM orleans_membership_version FOR UPDATE", gate, closed);
        await close.ExecuteNonQueryAsync();

        var changes = Enumerable.Range(1, 10).Select(change).ToArray();
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        await Eventually.Get("ten changes to wait for the version row", () => _orleans.Database.Value<long>(Waiting), waiting => waiting == 10);
        await closed.CommitAsync();

        return await Task.WhenAll(changes);
    }

    private static MembershipEntry Silo(int number, SiloStatus status = SiloStatus.Joining) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse($"10.0.0.{number}"), 11000 + number, 1000 + number),
        SiloName = $"silo-{number}",
        HostName = $"host-{number}",
        Status = status,
        ProxyPort = 30000 + number,
        StartTime = Noon,
        IAmAliveTime = Noon.AddSeconds(number),
    };

    private static MembershipEntry Member(MembershipTableData read, int number) =>
        read.Members.Single(member => member.Item1.SiloName == $"silo-{number}").Item1;

    private static IEnumerable<string> Names(MembershipTableData read) => read.Members.Select(member => member.Item1.SiloName).Order(StringComparer.Ordinal);

    /// <summary>All columns of a silo on one line. Orleans reads the times of suspicions without their kind.</summary>
    private static string Facts(MembershipEntry silo) =>
        $"{silo.SiloAddress.ToParsableString()} {silo.SiloName} {silo.HostName} {silo.Status} {silo.ProxyPort} {silo.StartTime:O} {silo.IAmAliveTime:O} " +
        string.Join(' ', (silo.SuspectTimes ?? []).Select(vote => $"{vote.Item1.ToParsableString()} at {vote.Item2:s}"));
}
