using System.Text;
using System.Text.Json;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Tests.Storage;

public sealed class Grain_state_as_json
{
    private static readonly SystemTextJsonGrainStorageSerializer Serializer = new();

    [Fact]
    public void It_is_plain_json_in_utf8_without_type_names()
    {
        var stored = Serializer.Serialize(new Answer(7, "prêt", null, Mood.VeryGood, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), 9.90m, [new Part("a"), new Part("b")]));

        Assert.Equal(
            """{"id":7,"text":"pr\u00EAt","mood":"veryGood","at":"2026-03-01T12:00:00+00:00","price":9.90,"parts":[{"name":"a"},{"name":"b"}]}""",
            Encoding.UTF8.GetString(stored.ToArray()));
    }

    [Fact]
    public void It_reads_back_as_it_was()
    {
        var state = new Answer(7, "prêt", "note", Mood.Bad, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2)), 9.90m, [new Part("a")]);

        var read = Serializer.Deserialize<Answer>(Serializer.Serialize(state));

        Assert.Equal(state with { Parts = read.Parts }, read);
        Assert.Equal(state.Parts, read.Parts);
    }

    [Fact]
    public void What_one_class_wrote_another_reads_and_skips_what_it_does_not_know()
    {
        var stored = Serializer.Serialize(new Answer(7, "old", "gone", Mood.Bad, default, 1m, []));

        Assert.Equal(new AnswerOfTomorrow(7, "old", 5), Serializer.Deserialize<AnswerOfTomorrow>(stored));
    }

    [Fact]
    public void No_state_is_null() => Assert.Null(Serializer.Deserialize<Answer>(Serializer.Serialize<Answer>(null)));

    [Fact]
    public void What_is_no_json_is_refused() => Assert.Throws<JsonException>(() => Serializer.Deserialize<Answer>(new BinaryData("""{"id":"seven"}""")));

    internal enum Mood
    {
        Bad,
        VeryGood,
    }

    internal sealed record Answer(int Id, string Text, string? Note, Mood Mood, DateTimeOffset At, decimal Price, Part[] Parts);

    internal sealed record Part(string Name);

    internal sealed record AnswerOfTomorrow(int Id, string Text, int Added = 5);
}
