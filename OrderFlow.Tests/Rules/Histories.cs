using CsCheck;

namespace OrderFlow.Tests.Rules;

/// <summary>
/// Replays a history from its beginning and throws where an invariant is violated;
/// writes each step to <paramref name="log"/> where that is set.
/// </summary>
internal delegate void Replay<TStep>(IReadOnlyList<TStep> history, Action<string>? log);

/// <summary>
/// Checks random histories. A failing one is shrunk until no step can be left out, and reported step by step with its seed;
/// <c>CsCheck_Seed</c> in the environment replays it.
/// </summary>
internal static class Histories
{
    public const int Count = 1_000;

    public const int MaxLength = 1_000;

    public static void Check<TStep>(Gen<TStep> step, Replay<TStep> replay, int count = Count, int maxLength = MaxLength) =>
        step.Array[1, maxLength].Sample(
            history => replay(history, log: null),
            iter: count,
            print: history => Describe(Shrink(history, replay), replay));

    /// <summary>Removes runs of steps, long ones first, while the rest still fails.</summary>
    private static List<TStep> Shrink<TStep>(IReadOnlyList<TStep> history, Replay<TStep> replay)
    {
        List<TStep> shortest = [.. history];
        var run = shortest.Count;
        while (run > 0)
        {
            var before = shortest.Count;
            for (var from = before - run; from >= 0; from -= run)
            {
                List<TStep> without = [.. shortest[..from], .. shortest[(from + run)..]];
                if (Failure(without, replay, log: null) is not null) shortest = without;
            }

            // Single steps are repeated until none can go: each that goes may let another go.
            if (run > 1 || shortest.Count == before) run = Math.Min(run / 2, shortest.Count);
        }

        return shortest;
    }

    private static string Describe<TStep>(List<TStep> history, Replay<TStep> replay)
    {
        var lines = new List<string>();
        var failure = Failure(history, replay, lines.Add);
        return $"{history.Count} steps:\n{string.Join('\n', lines)}\n{failure?.Message}";
    }

    private static Exception? Failure<TStep>(List<TStep> history, Replay<TStep> replay, Action<string>? log)
    {
        try
        {
            replay(history, log);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
