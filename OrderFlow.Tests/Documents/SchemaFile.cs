using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary>A column, index, trigger, constraint, function or sequence that a database has and <c>docs/schema.md</c> has a row for.</summary>
/// <param name="Table">The table it belongs to; empty for functions and sequences.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">A column's type, an index's columns, and so on, as Postgres prints them.</param>
internal sealed record SchemaPart(string Table, string Name, string Definition);

/// <summary>Compares the rows of <c>docs/schema.md</c> with a database.</summary>
internal static partial class SchemaFile
{
    /// <summary>Cells of a row: name, definition, explanation.</summary>
    private const int Columns = 3;

    /// <summary>Everything in the schema <c>public</c>, one tab-separated line each: table, name, definition.</summary>
    private const string AllParts = """
        SELECT concat_ws(E'\t', of_table, name, replace(replace(definition, 'timestamp with time zone', 'timestamptz'), 'timestamp without time zone', 'timestamp')) FROM (
          SELECT t.relname::text AS of_table, a.attname::text AS name,
            format_type(a.atttypid, a.atttypmod)
              || CASE WHEN a.attnotnull THEN '' ELSE ' NULL' END
              || CASE WHEN a.attidentity = 'a' THEN ' IDENTITY' ELSE '' END
              || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS definition
          FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
          WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
          UNION ALL
          SELECT t.relname, i.relname, CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || regexp_replace(pg_get_indexdef(i.oid), '^.* USING (btree )?', '')
          FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
          WHERE t.relnamespace = 'public'::regnamespace
          UNION ALL
          SELECT t.relname, g.tgname, regexp_replace(pg_get_triggerdef(g.oid), '^CREATE TRIGGER \S+ (.*?) ON .* EXECUTE FUNCTION (.*)$', '\1: \2')
          FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
          WHERE t.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal
          UNION ALL
          SELECT t.relname, c.conname, pg_get_constraintdef(c.oid)
          FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
          WHERE t.relnamespace = 'public'::regnamespace AND c.contype IN ('c', 'f')
          UNION ALL
          SELECT '', p.proname, format('(%s)', pg_get_function_identity_arguments(p.oid))
          FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
          UNION ALL
          SELECT '', s.relname, 'INCREMENT ' || q.seqincrement
          FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid
          WHERE s.relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i'))
        ) AS part
        """;

    public static string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "schema.md"));

    /// <summary>Reads what the database has.</summary>
    public static async Task<List<SchemaPart>> Read(PostgresDatabase database) =>
        [.. (await database.Column<string>(AllParts)).Select(line => line.Split('\t')).Select(part => new SchemaPart(part[0], part[1], part[2]))];

    /// <summary>Reads the rows of the tables under <c>### `table`</c>, and of those that belong to no table.</summary>
    public static List<SchemaPart> Parse(string document) => [.. Rows(document).Select(row => row.Part)];

    /// <summary>Names the rows in which a cell is empty or missing.</summary>
    public static List<string> Incomplete(string document) =>
        [.. Rows(document).Where(row => row.Cells.Length != Columns || row.Cells.Any(cell => cell is "" or "…")).Select(row => row.Part.Name)];

    /// <summary>Lists the rows in which document and database differ; empty if they agree.</summary>
    public static string Difference(List<SchemaPart> document, List<SchemaPart> database) => string.Join(
        '\n',
        Lines("docs/schema.md lacks what the database has; add", database.Except(document))
            .Concat(Lines("docs/schema.md has what the database does not have; remove or change", document.Except(database))));

    private static IEnumerable<string> Lines(string action, IEnumerable<SchemaPart> parts) =>
        from part in parts
        orderby part.Table, part.Name
        let heading = part.Table.Length == 0 ? "" : $" under ### `{part.Table}`"
        select $"{action}{heading}: | `{part.Name}` | `{part.Definition}` | … |";

    private static IEnumerable<(SchemaPart Part, string[] Cells)> Rows(string document)
    {
        var table = "";
        foreach (var line in document.Split('\n'))
        {
            if (line.StartsWith('#')) table = TableHeading().Match(line).Groups["table"].Value;
            if (!line.StartsWith("| `", StringComparison.Ordinal)) continue;

            var cells = line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);
            yield return (new(table, cells[0].Trim('`'), cells.ElementAtOrDefault(1)?.Trim('`') ?? ""), cells);
        }
    }

    [GeneratedRegex("^### `(?<table>[^`]+)`$")]
    private static partial Regex TableHeading();
}
