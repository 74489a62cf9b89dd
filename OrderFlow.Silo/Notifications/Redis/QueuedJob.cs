using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>A job as the queue's streams hold it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempts">Attempts that have failed; those of a dead letter are all it had.</param>
/// <param name="Reason">Why a dead letter was given up.</param>
/// <param name="At">When that was.</param>
internal sealed partial record QueuedJob(NotificationJob Job, int Attempts, string Reason, DateTimeOffset At)
{
    private static readonly int LongestOrderId = long.MaxValue.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>Whether the text is what ids of jobs look like, <c>{orderId}-{version}</c>.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <exception cref="ArgumentException">The job's id is not <c>{orderId}-{version}</c> with the id of its order, by which the queue finds it again.</exception>
    public static void RequireId(NotificationJob job)
    {
        if (!IsId(job.JobId) || !job.JobId.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{job.OrderId}-"), StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{job.JobId}' is no id of a job of order {job.OrderId}: {{orderId}}-{{version}}, each of 1 to {LongestOrderId} digits", nameof(job));
        }
    }

    /// <summary>Reads an entry's fields. Those that this program does not know are left to the one that wrote them.</summary>
    public static QueuedJob Read(RedisResult fields)
    {
        string id = "", user = "", type = "", message = "", reason = "", traceParent = "", traceState = "";
        long order = 0, at = 0;
        var attempts = 0;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var value = fields[i + 1];
            switch ((string)fields[i]!)
            {
                case "id": id = (string)value!; break;
                case "order": order = (long)value; break;
                case "user": user = (string)value!; break;
                case "type": type = (string)value!; break;
                case "message": message = (string)value!; break;
                case "attempts": attempts = (int)value; break;
                case "reason": reason = (string)value!; break;
                case "at": at = (long)value; break;
                case TraceContext.ParentName: traceParent = (string)value!; break;
                case TraceContext.StateName: traceState = (string)value!; break;
            }
        }

        return new(new(id, order, user, type, message, TraceContext.Of(traceParent, traceState)), attempts, reason, DateTimeOffset.FromUnixTimeMilliseconds(at));
    }

    public DeadLetter ToDeadLetter() => new(Job.JobId, Job.OrderId, Job.UserId, Job.EventType, Job.Message, Attempts, Reason, At);

    [GeneratedRegex(@"\A[0-9]{1,19}-[0-9]{1,19}\z")]
    private static partial Regex Id();
}
