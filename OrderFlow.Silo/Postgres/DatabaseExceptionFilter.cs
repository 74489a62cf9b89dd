using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Says in words that callers understand what the driver says in its own: its exceptions do not cross the wire.</summary>
internal sealed class DatabaseExceptionFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (PostgresException error) when (GroupCommit.IsRejection(error))
        {
            throw new InvalidOperationException($"the database refused what {context.TargetId} wrote: {error.SqlState} {error.MessageText}");
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            throw new UnavailableException($"the database is read-only, nothing was written: {error.MessageText}");
        }
        catch (NpgsqlException error)
        {
            throw new UnavailableException($"the database cannot answer: {error.Message}");
        }
    }
}
