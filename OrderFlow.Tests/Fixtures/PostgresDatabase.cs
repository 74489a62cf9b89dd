using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A database of one test, dropped when disposed.</summary>
internal sealed class PostgresDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    public string ConnectionString { get; } = server.ConnectionString(name);

    /// <summary>Runs <paramref name="sql"/> with the parameters <c>$1</c>, <c>$2</c>, ….</summary>
    public async Task Execute(string sql, params object[] parameters)
    {
        await using var connection = await Open();
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stores orders with nothing left to do, for events that no order published: customers are notified of no deleted one.</summary>
    public Task StoreOrders(params long[] ids) => Execute(
        """
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'failed', '[]', 0, 1, false, '[]', now(), now(), 1 FROM unnest($1) AS id
        """,
        ids);

    /// <summary>The first column of every row of a query.</summary>
    public async Task<List<T>> Column<T>(string sql, params object[] parameters)
    {
        await using var connection = await Open();
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
            values.Add(await reader.GetFieldValueAsync<T>(0));
        return values;
    }

    /// <summary>The single value of a query.</summary>
    public async Task<T> Value<T>(string sql, params object[] parameters) => (await Column<T>(sql, parameters)).Single();

    public async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await using var any = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(any);
        await server.Drop(name);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
