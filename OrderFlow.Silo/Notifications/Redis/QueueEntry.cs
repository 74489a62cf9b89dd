using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Reads entries of the queue's streams. Fields that this version does not know are ignored.</summary>
internal static partial class QueueEntry
{
    /// <summary>Whether the text has the form of a job id, <c>{orderId}-{version}</c>.</summary>
    public static bool IsJobId(string text) => JobId().IsMatch(text);

    /// <exception cref="ArgumentException">The job's id is not <c>{orderId}-{version}</c> with the id of its order, by which the queue finds it again.</exception>
    public static void ValidateJobId(NotificationJob job)
    {
        if (!IsJobId(job.JobId) || !job.JobId.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{job.OrderId}-"), StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{job.JobId}' is not a valid job id of order {job.OrderId}: it must be {{orderId}}-{{version}}, each of 1 to 19 digits", nameof(job));
        }
    }

    /// <summary>Reads a claim {entry, fields, deliveries, email, locale}.</summary>
    public static ClaimedJob ReadClaim(RedisResult claim)
    {
        var fields = ReadFields(claim[1]);
        var job = ReadJob(fields) with { Email = (string?)claim[3], Locale = (string?)claim[4] };
        return new(job, (int)Number(fields, "attempts") + 1, string.Create(CultureInfo.InvariantCulture, $"{(string)claim[0]!} {(long)claim[2]}"));
    }

    /// <summary>Reads a dead letter {entry, fields}.</summary>
    public static DeadLetter ReadDeadLetter(RedisResult letter)
    {
        var fields = ReadFields(letter[1]);
        var job = ReadJob(fields);
        return new(
            job.JobId, job.OrderId, job.UserId, job.EventType, job.Message,
            Attempts: (int)Number(fields, "attempts"), Text(fields, "reason"), DateTimeOffset.FromUnixTimeMilliseconds(Number(fields, "at")));
    }

    private static NotificationJob ReadJob(Dictionary<string, RedisResult> fields) => new(
        Text(fields, "id"), Number(fields, "order"), Text(fields, "user"), Text(fields, "type"), Text(fields, "message"),
        TraceContext.Of(Text(fields, TraceContext.ParentName), Text(fields, TraceContext.StateName)), Details: DetailsJson.Deserialize(Text(fields, "details")));

    private static Dictionary<string, RedisResult> ReadFields(RedisResult fields) => fields.ToDictionary(StringComparer.Ordinal);

    private static string Text(Dictionary<string, RedisResult> fields, string name) => fields.TryGetValue(name, out var value) ? (string)value! : "";

    private static long Number(Dictionary<string, RedisResult> fields, string name) => fields.TryGetValue(name, out var value) ? (long)value : 0;

    [GeneratedRegex(@"\A[0-9]{1,19}-[0-9]{1,19}\z")]
    private static partial Regex JobId();
}
