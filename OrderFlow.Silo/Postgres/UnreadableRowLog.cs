using System.Collections.Concurrent;
using System.Globalization;
using OrderFlow.Silo.Postgres.Orders;

namespace OrderFlow.Silo.Postgres;

/// <summary>Logs once for each row that it cannot be read, or only in part: every list reads it again.</summary>
internal sealed partial class UnreadableRowLog(ILogger<UnreadableRowLog> log)
{
    /// <summary>The most rows that are remembered as logged; beyond it all are logged again.</summary>
    public const int MaxRemembered = 1_000;

    private readonly ConcurrentDictionary<(string Table, string Key), bool> _logged = new();

    public void Report(string table, string key, string reason)
    {
        if (_logged.Count >= MaxRemembered) _logged.Clear();
        if (_logged.TryAdd((table, key), true)) LogUnreadable(key, table, reason);
    }

    /// <summary>Reports an order whose status this version does not know.</summary>
    public void ReportUnknownStatus(long orderId, string status) =>
        Report(OrderRows.Table, orderId.ToString(CultureInfo.InvariantCulture), $"this version does not know the status {status}");

    [LoggerMessage(Level = LogLevel.Error, Message = "Row {Key} of {Table} can only be read in part; lists show it without the rest, and nothing changes it: {Reason}")]
    private partial void LogUnreadable(string key, string table, string reason);
}
