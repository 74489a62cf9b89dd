using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/schema.md</c> describes exactly what a migrated database has.</summary>
public sealed class SchemaDocument
{
    [Fact]
    public async Task Describes_all_that_a_migrated_database_has_and_nothing_else()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();

        var difference = SchemaFile.Difference(SchemaFile.Parse(SchemaFile.Text), await SchemaFile.Read(database));

        Assert.True(difference.Length == 0, difference);
    }

    [Fact]
    public void Explains_every_row() => Assert.Empty(SchemaFile.Incomplete(SchemaFile.Text));

    [Fact]
    public async Task A_missing_row_is_reported_as_the_row_to_add()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute("ALTER TABLE outbox ADD COLUMN made_up text; CREATE INDEX made_up_too ON outbox (made_up) WHERE made_up IS NOT NULL");

        var difference = SchemaFile.Difference(SchemaFile.Parse(SchemaFile.Text), await SchemaFile.Read(database));

        Assert.Equal(
            """
            docs/schema.md lacks what the database has; add under ### `outbox`: | `made_up` | `text NULL` | … |
            docs/schema.md lacks what the database has; add under ### `outbox`: | `made_up_too` | `(made_up) WHERE (made_up IS NOT NULL)` | … |
            """,
            difference);
    }

    [Fact]
    public async Task A_wrong_or_superfluous_row_is_reported()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute("ALTER TABLE orders ALTER COLUMN attempt TYPE bigint; DROP INDEX orders_deleted");

        var difference = SchemaFile.Difference(SchemaFile.Parse(SchemaFile.Text), await SchemaFile.Read(database));

        Assert.Equal(
            """
            docs/schema.md lacks what the database has; add under ### `orders`: | `attempt` | `bigint` | … |
            docs/schema.md has what the database does not have; remove or change under ### `orders`: | `attempt` | `integer` | … |
            docs/schema.md has what the database does not have; remove or change under ### `orders`: | `orders_deleted` | `(deleted_at) WHERE (deleted_at IS NOT NULL)` | … |
            """,
            difference);
    }

    [Theory]
    [InlineData("### `orders`\n| column | type | meaning |\n|---|---|---|\n| `id` | `bigint` | |")]
    [InlineData("### `orders`\n| column | type | meaning |\n|---|---|---|\n| `id` | `bigint` |")]
    [InlineData("### `orders`\n| column | type | meaning |\n|---|---|---|\n| `id` | `bigint` | … |")]
    public void A_row_without_an_explanation_is_found(string document) => Assert.Equal(["id"], SchemaFile.Incomplete(document));
}
