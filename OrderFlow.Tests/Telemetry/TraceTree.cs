using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Prints a trace: each span below its parent.</summary>
internal static class TraceTree
{
    /// <summary>Names only, siblings in alphabetical order, so that equal traces print equally.</summary>
    public static string Names(IReadOnlyList<Activity> trace) =>
        Print(trace, span => span.DisplayName, (span, depth) => string.Create(CultureInfo.InvariantCulture, $"{Indent(depth)}{span.DisplayName} ({Kind(span)})"));

    /// <summary>Names with start and duration in milliseconds, by start time.</summary>
    public static string Times(IReadOnlyList<Activity> trace) => Print(trace, span => span.StartTimeUtc, (span, depth) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(span.StartTimeUtc - trace[0].StartTimeUtc).TotalMilliseconds,8:0.0} {span.Duration.TotalMilliseconds,8:0.0}  {Indent(depth)}{span.DisplayName} ({Kind(span)})"));

    private static string Print<TOrder>(IReadOnlyList<Activity> trace, Func<Activity, TOrder> order, Func<Activity, int, string> line)
    {
        var text = new StringBuilder();
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        Add(trace.Where(span => !ids.Contains(span.ParentSpanId)), depth: 0);
        return text.ToString();

        void Add(IEnumerable<Activity> spans, int depth)
        {
            foreach (var span in spans.OrderBy(order).ToList())
            {
                text.Append(line(span, depth)).Append('\n');
                Add(trace.Where(child => child.ParentSpanId == span.SpanId), depth + 1);
            }
        }
    }

    private static string Indent(int depth) => new(' ', 2 * depth);

    private static string Kind(Activity span) => span.Kind.ToString().ToLowerInvariant();
}
