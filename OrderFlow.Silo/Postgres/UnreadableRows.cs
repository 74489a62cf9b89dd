using System.Collections.Concurrent;
using System.Globalization;

namespace OrderFlow.Silo.Postgres;

/// <summary>Says of a row that it cannot be read, or not wholly: once, for it stays so, and is met again with every list.</summary>
internal sealed partial class UnreadableRows(ILogger<UnreadableRows> log)
{
    /// <summary>The most rows that are remembered to have been reported; then all are reported again.</summary>
    public const int MaxRemembered = 1_000;

    private readonly ConcurrentDictionary<(string Table, string Key), bool> _reported = new();

    public void Report(string table, string key, string reason)
    {
        if (_reported.Count >= MaxRemembered) _reported.Clear();
        if (_reported.TryAdd((table, key), true)) LogUnreadable(key, table, reason);
    }

    /// <summary>The same, of an order's status that this version does not know.</summary>
    public void ReportStatus(long orderId, string status) =>
        Report(OrderRows.Table, orderId.ToString(CultureInfo.InvariantCulture), $"its status {status} is not known to this version");

    [LoggerMessage(Level = LogLevel.Error, Message = "Row {Key} of {Table} is shown as far as it can be read, and left alone: {Reason}")]
    private partial void LogUnreadable(string key, string table, string reason);
}
