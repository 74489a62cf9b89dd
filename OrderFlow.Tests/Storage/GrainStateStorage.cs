using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Orleans' ADO.NET grain storage with the SQL and the serializer of this project.</summary>
public sealed class GrainStateStorage : IAsyncLifetime
{
    private static readonly GrainId Grain = GrainId.Create("test", "idem/1");

    private OrleansProviders _orleans = null!;
    private IGrainStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _orleans = await OrleansProviders.OnFreshDatabase();
        _storage = await _orleans.GrainStorage();
    }

    public Task DisposeAsync() => _orleans.DisposeAsync().AsTask();

    [Fact]
    public async Task A_state_that_was_never_written_has_no_record()
    {
        var read = await Read(Grain);

        Assert.Equal((false, null), (read.RecordExists, read.ETag));
        Assert.Equal(new Note(), read.State);
    }

    [Fact]
    public async Task A_first_write_is_version_1_and_reads_back()
    {
        var written = await Write(Grain, "first");

        Assert.Equal((true, "1"), (written.RecordExists, written.ETag));
        var read = await Read(Grain);
        Assert.Equal((true, "1", "first"), (read.RecordExists, read.ETag, read.State?.Text));
        Assert.Equal(["""{"Text":"first"}"""], await _orleans.Database.Column<string>("SELECT convert_from(payload, 'UTF8') FROM orleans_grain_state"));
    }

    [Fact]
    public async Task Each_update_increments_the_version()
    {
        var state = await Write(Grain, "first");

        await Write(Grain, "second", state);
        await Write(Grain, "third", state);

        Assert.Equal("3", state.ETag);
        var read = await Read(Grain);
        Assert.Equal(("3", "third"), (read.ETag, read.State?.Text));
    }

    [Fact]
    public async Task A_write_of_a_stale_version_is_refused_and_changes_nothing()
    {
        await Write(Grain, "first");
        var stale = await Read(Grain);
        await Write(Grain, "second", await Read(Grain));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Grain, "too late", stale));

        Assert.Equal("1", stale.ETag);
        var read = await Read(Grain);
        Assert.Equal(("2", "second"), (read.ETag, read.State?.Text));
    }

    [Fact]
    public async Task A_first_write_over_an_existing_state_is_refused_and_changes_nothing()
    {
        await Write(Grain, "first");

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Grain, "first too"));

        var read = await Read(Grain);
        Assert.Equal(("1", "first"), (read.ETag, read.State?.Text));
    }

    [Fact]
    public async Task An_update_of_a_missing_state_is_refused_and_inserts_nothing()
    {
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Grain, "out of nowhere", new GrainState<Note> { ETag = "1", RecordExists = true }));

        Assert.False((await Read(Grain)).RecordExists);
        Assert.Equal(0, await Rows());
    }

    [Theory]
    [MemberData(nameof(KeysOfEveryKind))]
    public async Task One_of_a_hundred_concurrent_first_writes_wins(string kind)
    {
        var grain = GrainOf(kind);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Outcome(() => Write(grain, $"write {number}"))));

        Assert.Single(outcomes, "written");
        Assert.Equal(99, outcomes.Count(outcome => outcome == nameof(InconsistentStateException)));
        var read = await Read(grain);
        Assert.Equal(("1", $"write {Array.IndexOf(outcomes, "written")}"), (read.ETag, read.State?.Text));
        Assert.Equal(1, await Rows());
    }

    [Fact]
    public async Task One_of_fifty_concurrent_updates_of_one_version_wins()
    {
        await Write(Grain, "first");
        var states = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Read(Grain)));

        var outcomes = await Task.WhenAll(states.Select((state, number) => Outcome(() => Write(Grain, $"update {number}", state))));

        Assert.Single(outcomes, "written");
        Assert.Equal(49, outcomes.Count(outcome => outcome == nameof(InconsistentStateException)));
        var read = await Read(Grain);
        Assert.Equal(("2", $"update {Array.IndexOf(outcomes, "written")}"), (read.ETag, read.State?.Text));
    }

    [Fact]
    public async Task A_cleared_state_has_no_record_but_keeps_its_version()
    {
        var state = await Write(Grain, "first");

        await _storage.ClearStateAsync("note", Grain, state);

        Assert.Equal((false, "2", new Note()), (state.RecordExists, state.ETag, state.State));
        var read = await Read(Grain);
        Assert.Equal((false, "2", new Note()), (read.RecordExists, read.ETag, read.State));
        Assert.Equal([true], await _orleans.Database.Column<bool>("SELECT payload IS NULL FROM orleans_grain_state"));
    }

    [Fact]
    public async Task A_cleared_state_is_written_again_to_its_row()
    {
        var state = await Write(Grain, "first");
        await _storage.ClearStateAsync("note", Grain, state);

        await Write(Grain, "second", await Read(Grain));

        var read = await Read(Grain);
        Assert.Equal((true, "3", "second"), (read.RecordExists, read.ETag, read.State?.Text));
        Assert.Equal(1, await Rows());
    }

    [Fact]
    public async Task After_a_clear_a_stale_write_and_a_first_write_are_refused()
    {
        var state = await Write(Grain, "first");
        var stale = await Read(Grain);
        await _storage.ClearStateAsync("note", Grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Grain, "too late", stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Grain, "first again"));

        Assert.False((await Read(Grain)).RecordExists);
        Assert.Equal(1, await Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clear_of_a_stale_version_is_refused_and_changes_nothing(bool deleteStateOnClear)
    {
        var storage = await _orleans.GrainStorage(deleteStateOnClear: deleteStateOnClear);
        await Write(Grain, "first");
        var stale = await Read(Grain);
        await Write(Grain, "second", await Read(Grain));

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("note", Grain, stale));

        var read = await Read(Grain);
        Assert.Equal(("2", "second"), (read.ETag, read.State?.Text));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clear_of_a_state_that_was_never_written_does_nothing(bool deleteStateOnClear)
    {
        var storage = await _orleans.GrainStorage(deleteStateOnClear: deleteStateOnClear);
        var state = await Read(Grain);

        await storage.ClearStateAsync("note", Grain, state);

        Assert.Equal((false, null), (state.RecordExists, state.ETag));
        Assert.Equal(0, await Rows());
    }

    [Fact]
    public async Task With_delete_on_clear_the_row_is_deleted_and_a_first_write_inserts_it_again()
    {
        var storage = await _orleans.GrainStorage(deleteStateOnClear: true);
        await Write(GrainId.Create("test", "idem/2"), "stays");
        var state = await Write(Grain, "first");
        await Write(Grain, "second", state);

        await storage.ClearStateAsync("note", Grain, state);

        Assert.Equal((false, null), (state.RecordExists, state.ETag));
        Assert.Equal(["""{"Text":"stays"}"""], await _orleans.Database.Column<string>("SELECT convert_from(payload, 'UTF8') FROM orleans_grain_state"));

        await Write(Grain, "anew", state);

        var read = await Read(Grain);
        Assert.Equal(("1", "anew"), (read.ETag, read.State?.Text));
        Assert.Equal(2, await Rows());
    }

    [Fact]
    public async Task Grains_whose_keys_differ_in_any_part_keep_their_own_state()
    {
        GrainId[] grains = [.. Keys.Select(key => new GrainId(GrainType.Create("test"), key.Value))];
        foreach (var grain in grains)
            await Write(grain, grain.ToString());

        foreach (var grain in grains)
        {
            var read = await Read(grain);
            Assert.Equal((true, "1", grain.ToString()), (read.RecordExists, read.ETag, read.State?.Text));
            await Write(grain, "second", read);
        }

        Assert.Equal(grains.Length, await Rows());
        Assert.Equal([2], await _orleans.Database.Column<int>("SELECT DISTINCT version FROM orleans_grain_state"));
    }

    [Fact]
    public async Task States_of_different_names_and_of_different_services_are_kept_apart()
    {
        var other = await _orleans.GrainStorage("other");
        var here = new GrainState<Note>(new Note { Text = "here" });
        var elsewhere = new GrainState<Note>(new Note { Text = "elsewhere" });
        var otherName = new GrainState<Note>(new Note { Text = "other name" });
        await _storage.WriteStateAsync("note", Grain, here);
        await _storage.WriteStateAsync("note-2", Grain, otherName);
        await other.WriteStateAsync("note", Grain, elsewhere);

        await other.ClearStateAsync("note", Grain, elsewhere);

        Assert.Equal("here", (await Read(Grain)).State?.Text);
        var read = new GrainState<Note>(new Note());
        await _storage.ReadStateAsync("note-2", Grain, read);
        Assert.Equal(("1", "other name"), (read.ETag, read.State?.Text));
    }

    [Fact]
    public async Task A_state_of_a_megabyte_reads_back()
    {
        var text = string.Concat(Enumerable.Repeat("ä\"\0\n", 250_000));

        await Write(Grain, text);

        Assert.Equal(text, (await Read(Grain)).State?.Text);
    }

    /// <summary>Pairwise different keys, also where any one part is ignored.</summary>
    private static readonly Dictionary<string, IdSpan> Keys = new()
    {
        ["integer"] = GrainIdKeyExtensions.CreateIntegerKey(42),
        ["negative integer"] = GrainIdKeyExtensions.CreateIntegerKey(-42),
        ["integer with extension"] = GrainIdKeyExtensions.CreateIntegerKey(42, "a"),
        ["integer with another extension"] = GrainIdKeyExtensions.CreateIntegerKey(42, "b"),
        ["guid"] = GrainIdKeyExtensions.CreateGuidKey(new Guid("4b0e2f34-0000-4000-8000-00000000002a")),
        ["guid with extension"] = GrainIdKeyExtensions.CreateGuidKey(new Guid("4b0e2f34-0000-4000-8000-00000000002a"), "a"),
        ["guid with another extension"] = GrainIdKeyExtensions.CreateGuidKey(new Guid("4b0e2f34-0000-4000-8000-00000000002a"), "b"),
        ["string"] = IdSpan.Create("idem/alice/1"),
        ["string in capitals"] = IdSpan.Create("idem/ALICE/1"),
        ["string of hexadecimal digits behind its prefix"] = IdSpan.Create("idem/42"),
    };

    public static TheoryData<string> KeysOfEveryKind => [.. Keys.Keys];

    private static GrainId GrainOf(string kind) => new(GrainType.Create("test"), Keys[kind]);

    private async Task<GrainState<Note>> Read(GrainId grain)
    {
        var state = new GrainState<Note>(new Note { Text = "not read" });
        await _storage.ReadStateAsync("note", grain, state);
        return state;
    }

    private async Task<GrainState<Note>> Write(GrainId grain, string text, GrainState<Note>? over = null)
    {
        var state = over ?? new GrainState<Note>();
        state.State = new() { Text = text };
        await _storage.WriteStateAsync("note", grain, state);
        return state;
    }

    private Task<long> Rows() => _orleans.Database.Value<long>("SELECT count(*) FROM orleans_grain_state");

    private static async Task<string> Outcome(Func<Task> write)
    {
        try
        {
            await write();
            return "written";
        }
        catch (Exception failure)
        {
            return failure.GetType().Name;
        }
    }

    internal sealed record Note
    {
        public string? Text { get; init; }
    }
}
