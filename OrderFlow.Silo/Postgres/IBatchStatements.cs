using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>What a store tells <see cref="GroupCommit{TWrite}"/>: how writes are ordered, and the statements that carry a batch of them.</summary>
/// <remarks>Two writes that compare as equal are of one key.</remarks>
internal interface IBatchStatements<TWrite> : IComparer<TWrite>
{
    /// <summary>What is written, for traces and metrics, such as <c>orders</c>.</summary>
    string Store { get; }

    /// <summary>
    /// Adds the statements for these writes, which are sorted and of different keys. They run as one transaction, all or nothing:
    /// a statement that finds a stale version raises <see cref="GroupCommit.StaleVersion"/>, in SQL through <c>require_rows</c>.
    /// </summary>
    void AddTo(NpgsqlBatch batch, IReadOnlyList<TWrite> writes);
}
