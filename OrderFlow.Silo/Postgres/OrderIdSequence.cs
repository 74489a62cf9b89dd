using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IOrderIdSequence"/>
internal sealed class OrderIdSequence(NpgsqlDataSource database) : IOrderIdSequence
{
    /// <summary>Ids in a block: one step of the sequence <c>order_ids</c>.</summary>
    public const int BlockSize = 100;

    public async Task<OrderIdBlock> NextBlock()
    {
        await using var command = database.CreateCommand("SELECT nextval('order_ids')");
        return new((long)(await command.ExecuteScalarAsync())!, BlockSize);
    }
}
