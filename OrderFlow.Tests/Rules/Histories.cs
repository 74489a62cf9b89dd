using CsCheck;

namespace OrderFlow.Tests.Rules;

/// <summary>
/// Replays a history on a world of its own and throws where something is not as it must be;
/// says to <paramref name="tell"/>, if anybody listens, what each step was.
/// </summary>
internal delegate void Replay<TStep>(IReadOnlyList<TStep> history, Action<string>? tell);

/// <summary>
/// Random histories from a seed. One that fails is cut down to steps none of which can be left out, and told step by step
/// together with its seed; <c>CsCheck_Seed</c> in the environment brings it back.
/// </summary>
internal static class Histories
{
    public const int Count = 1_000;

    public const int LongestHistory = 1_000;

    public static void Check<TStep>(Gen<TStep> step, Replay<TStep> replay, int count = Count, int longest = LongestHistory) =>
        step.Array[1, longest].Sample(
            history => replay(history, tell: null),
            iter: count,
            print: history => Told(Shortened(history, replay), replay));

    /// <summary>Leaves out runs of steps, long ones first, for as long as what remains still fails.</summary>
    private static List<TStep> Shortened<TStep>(IReadOnlyList<TStep> history, Replay<TStep> replay)
    {
        List<TStep> shortest = [.. history];
        var run = shortest.Count;
        while (run > 0)
        {
            var before = shortest.Count;
            for (var from = before - run; from >= 0; from -= run)
            {
                List<TStep> without = [.. shortest[..from], .. shortest[(from + run)..]];
                if (Failure(without, replay, tell: null) is not null) shortest = without;
            }

            // Single steps are tried until none can go: one that goes may let another go.
            if (run > 1 || shortest.Count == before) run = Math.Min(run / 2, shortest.Count);
        }

        return shortest;
    }

    private static string Told<TStep>(List<TStep> history, Replay<TStep> replay)
    {
        var lines = new List<string>();
        var failure = Failure(history, replay, lines.Add);
        return $"{history.Count} steps:\n{string.Join('\n', lines)}\n{failure?.Message}";
    }

    private static Exception? Failure<TStep>(List<TStep> history, Replay<TStep> replay, Action<string>? tell)
    {
        try
        {
            replay(history, tell);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
