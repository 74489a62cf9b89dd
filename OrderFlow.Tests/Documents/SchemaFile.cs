using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary>Something that a database has, and <c>docs/schema.md</c> has a row for.</summary>
/// <param name="Table">The table it belongs to; empty for what belongs to none.</param>
/// <param name="Kind">The first word of the head of its table in the document: column, index, trigger, constraint, function, sequence.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What it is, as Postgres says it: a column's type, an index's columns.</param>
internal sealed record SchemaPart(string Table, string Kind, string Name, string Definition);

/// <summary>The rows of <c>docs/schema.md</c>, to be compared with a database.</summary>
internal static partial class SchemaFile
{
    private static readonly string[] Kinds = ["column", "index", "trigger", "constraint", "function", "sequence"];

    /// <summary>Everything of the schema <c>public</c>: table, kind, name and definition, each line of them separated by tabs.</summary>
    private const string Everything = """
        SELECT concat_ws(E'\t', of_table, kind, name, definition) FROM (
          SELECT t.relname::text AS of_table, 'column' AS kind, a.attname::text AS name,
            replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz')
              || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
              || CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE '' END
              || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS definition
          FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
          WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
          UNION ALL
          SELECT t.relname, 'index', i.relname,
            CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || regexp_replace(pg_get_indexdef(i.oid), '^.* USING (btree )?', '')
          FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
          WHERE t.relnamespace = 'public'::regnamespace
          UNION ALL
          SELECT t.relname, 'trigger', g.tgname, regexp_replace(pg_get_triggerdef(g.oid), '^CREATE TRIGGER \S+ (.*?) ON .* EXECUTE FUNCTION (.*)$', '\1: \2')
          FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
          WHERE t.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal
          UNION ALL
          SELECT t.relname, 'constraint', c.conname, pg_get_constraintdef(c.oid)
          FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
          WHERE t.relnamespace = 'public'::regnamespace AND c.contype IN ('c', 'f')
          UNION ALL
          SELECT '', 'function', p.proname, format('(%s)', pg_get_function_identity_arguments(p.oid))
          FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
          UNION ALL
          SELECT '', 'sequence', s.relname, 'INCREMENT ' || q.seqincrement
          FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid
          WHERE s.relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i'))
        ) AS part
        """;

    public static string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "schema.md"));

    /// <summary>What the database has.</summary>
    public static async Task<List<SchemaPart>> Of(PostgresDatabase database) =>
        [.. (await database.Column<string>(Everything)).Select(line => line.Split('\t')).Select(part => new SchemaPart(part[0], part[1], part[2], part[3]))];

    /// <summary>What the document has a row for: <c>### `table`</c>, and below it tables whose head begins with a kind.</summary>
    public static List<SchemaPart> Of(string document) => [.. Rows(document).Select(row => row.Part)];

    /// <summary>The rows in which a cell is empty or missing.</summary>
    public static List<string> Unfinished(string document) =>
        [.. Rows(document).Where(row => row.Cells.Length != row.Columns || row.Cells.Any(cell => cell is "" or "…")).Select(row => row.Part.Name)];

    /// <summary>How the document and the database differ, in words and in rows to add; empty where they agree.</summary>
    public static string Difference(List<SchemaPart> document, List<SchemaPart> database) => string.Join(
        '\n',
        Told("docs/schema.md lacks what the database has; add", database.Except(document))
            .Concat(Told("docs/schema.md has what the database does not have; remove or change", document.Except(database))));

    private static IEnumerable<string> Told(string what, IEnumerable<SchemaPart> parts) =>
        from part in parts
        orderby part.Table, part.Kind, part.Name
        let under = part.Table.Length == 0 ? "" : $" under ### `{part.Table}`"
        select $"{what}{under}, in its table of {part.Kind}: | `{part.Name}` | `{part.Definition}` | … |";

    private static IEnumerable<(SchemaPart Part, string[] Cells, int Columns)> Rows(string document)
    {
        string table = "", kind = "";
        var columns = 0;
        foreach (var line in document.Split('\n'))
        {
            if (line.StartsWith('#')) (table, kind) = (TableHeading().Match(line).Groups["table"].Value, "");
            if (!line.StartsWith('|')) continue;

            var cells = line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);
            if (Array.IndexOf(Kinds, cells[0]) >= 0) (kind, columns) = (cells[0], cells.Length);
            else if (kind.Length > 0 && cells[0].StartsWith('`')) yield return (new(table, kind, cells[0].Trim('`'), cells.ElementAtOrDefault(1)?.Trim('`') ?? ""), cells, columns);
        }
    }

    [GeneratedRegex("^### `(?<table>[^`]+)`$")]
    private static partial Regex TableHeading();
}
