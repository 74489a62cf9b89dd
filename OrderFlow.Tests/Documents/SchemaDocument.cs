using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/schema.md</c> says what a migrated database has.</summary>
public sealed class Schema_document
{
    [Fact]
    public async Task Has_all_that_a_migrated_database_has_and_nothing_else()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();

        var difference = SchemaFile.Difference(SchemaFile.Of(SchemaFile.Text), await SchemaFile.Of(database));

        Assert.True(difference.Length == 0, difference);
    }

    [Fact]
    public void Says_of_everything_what_it_is_for() => Assert.Empty(SchemaFile.Unfinished(SchemaFile.Text));

    [Fact]
    public async Task What_it_lacks_is_told_as_the_row_to_add()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute("ALTER TABLE outbox ADD COLUMN made_up text; CREATE INDEX made_up_too ON outbox (made_up) WHERE made_up IS NOT NULL");

        var difference = SchemaFile.Difference(SchemaFile.Of(SchemaFile.Text), await SchemaFile.Of(database));

        Assert.Equal(
            """
            docs/schema.md lacks what the database has; add under ### `outbox`, in its table of column: | `made_up` | `text` | … |
            docs/schema.md lacks what the database has; add under ### `outbox`, in its table of index: | `made_up_too` | `(made_up) WHERE (made_up IS NOT NULL)` | … |
            """,
            difference);
    }

    [Fact]
    public async Task What_it_has_too_much_or_wrong_is_told()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute("ALTER TABLE orders ALTER COLUMN attempt TYPE bigint; DROP INDEX orders_deleted");

        var difference = SchemaFile.Difference(SchemaFile.Of(SchemaFile.Text), await SchemaFile.Of(database));

        Assert.Equal(
            """
            docs/schema.md lacks what the database has; add under ### `orders`, in its table of column: | `attempt` | `bigint NOT NULL` | … |
            docs/schema.md has what the database does not have; remove or change under ### `orders`, in its table of column: | `attempt` | `integer NOT NULL` | … |
            docs/schema.md has what the database does not have; remove or change under ### `orders`, in its table of index: | `orders_deleted` | `(deleted_at) WHERE (deleted_at IS NOT NULL)` | … |
            """,
            difference);
    }

    [Theory]
    [InlineData("### `orders`\n| column | type | for |\n| --- | --- | --- |\n| `id` | `bigint` | |")]
    [InlineData("### `orders`\n| column | type | for |\n| --- | --- | --- |\n| `id` | `bigint` |")]
    [InlineData("### `orders`\n| column | type | for |\n| --- | --- | --- |\n| `id` | `bigint` | … |")]
    public void A_row_that_says_nothing_is_found(string document) => Assert.Equal(["id"], SchemaFile.Unfinished(document));
}
