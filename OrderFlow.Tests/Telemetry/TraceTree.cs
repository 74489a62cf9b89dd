using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrderFlow.Tests.Telemetry;

/// <summary>A trace as text: each span below the one it belongs to.</summary>
internal static class TraceTree
{
    public static string Print(IReadOnlyList<Activity> trace)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"trace {trace[0].TraceId}, {trace.Count} spans");
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        foreach (var root in trace.Where(span => !ids.Contains(span.ParentSpanId))) Add(root, depth: 0);
        return text.ToString();

        void Add(Activity span, int depth)
        {
            var at = (span.StartTimeUtc - trace[0].StartTimeUtc).TotalMilliseconds;
            text.AppendLine(CultureInfo.InvariantCulture, $"{at,8:0.0} {span.Duration.TotalMilliseconds,8:0.0}  {new string(' ', 2 * depth)}{span.DisplayName} ({span.Kind}, {span.Source.Name})");
            foreach (var child in trace.Where(child => child.ParentSpanId == span.SpanId)) Add(child, depth + 1);
        }
    }
}
