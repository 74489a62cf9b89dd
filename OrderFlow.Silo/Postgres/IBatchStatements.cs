using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>A store of <see cref="GroupCommit{TWrite}"/>: the order of its writes, and the statements for a batch of them.</summary>
/// <remarks>Two writes that compare as equal have the same key.</remarks>
internal interface IBatchStatements<TWrite> : IComparer<TWrite>
{
    /// <summary>The store's name in traces and metrics, such as <c>orders</c>.</summary>
    string Store { get; }

    /// <summary>
    /// Adds the statements for these writes, which are sorted and have different keys. They run in one transaction:
    /// a statement that finds a stale version raises <see cref="GroupCommit.StaleVersion"/> through the SQL function <c>require_rows</c>.
    /// </summary>
    void AddTo(NpgsqlBatch batch, IReadOnlyList<TWrite> writes);
}
