using Npgsql;
using OrderFlow.Silo.Cluster;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc/>
internal sealed class PostgresExceptionTranslator : IExceptionTranslator
{
    public Exception? Translate(Exception error, GrainId grainId) => error switch
    {
        PostgresException rejection when GroupCommit.IsRejection(rejection) =>
            new InvalidOperationException($"The database rejected a write of {grainId}: {rejection.SqlState} {rejection.MessageText}"),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } readOnly =>
            new UnavailableException($"The database is read-only; nothing was written: {readOnly.MessageText}"),
        NpgsqlException failure => new UnavailableException($"The database cannot answer: {failure.FullMessage()}"),
        _ => null,
    };
}
