using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// EXPORT and IMPORT DATABASE: everything as SQL, and the rows as files of an open format, that any program reads.
/// <code>
///   folder/schema.sql            schemas, types, macros, tables and views
///   folder/load.sql              a COPY for each table; files are named as seen from the folder
///   folder/public.sales.parquet  the rows of a table
/// </code>
/// Both are one transaction: the export is of one moment, and the import is there as a whole or not at all.
/// </summary>
internal sealed class DatabaseFiles(
    Transaction transaction, Func<Statement, CancellationToken, ValueTask<QueryResult>> run)
{
    private const string SchemaFile = "schema.sql", LoadFile = "load.sql";

    private CatalogSnapshot Catalog => transaction.Catalog;

    /// <summary>Writes a folder, which must be absent or empty.</summary>
    public async ValueTask<QueryResult> ExportAsync(
        ExportDatabaseStatement export, CancellationToken cancellationToken)
    {
        FileFormat format = FormatOf(export);
        MakeFolder(export);
        OptionSyntax[] others = [.. export.Options.Where(o => o.Name.Name != "format")];
        string options = string.Concat(
            others.Select(o => $", {SqlNames.Write(o.Name)} {(o.Value is null ? "true" : SqlWriter.Write(o.Value))}"));
        string formatName = format.ToString().ToLowerInvariant();
        StringBuilder load = new("-- Rows of the tables; run it in this folder, after schema.sql.\n");
        int tableCount = 0;
        foreach ((string schema, string name, NameRecord record) in Relations(ObjectKind.Table))
        {
            TableDefinition table = transaction.GetTable(record.Id).Definition;
            string columns = $"{NameOf(schema, name)} ({TableSql.WrittenColumns(table)})";
            string file = Uri.EscapeDataString($"{schema}.{name}") + FileFormats.ExtensionOf(format);
            string path = Path.Combine(export.Path, file);
            string rows = WithTextsOf(table, NameOf(schema, name)) ?? columns;
            string copy = $"COPY {rows} TO {SqlNames.QuoteString(path)} (FORMAT {formatName}{options})";
            await run(Parser.ParseStatement(copy), cancellationToken);
            string header = format == FileFormat.Csv ? ", HEADER" : "";
            load.Append($"COPY {columns} FROM {SqlNames.QuoteString(file)} (FORMAT {formatName}{header});\n");
            tableCount++;
        }
        foreach ((string schema, string name, NameRecord record) in Names(NameSpace.Relation))
        {
            if (QueryOf(record) is not { } query) continue;
            load.Append($"CREATE MATERIALIZED VIEW {NameOf(schema, name)} AS {query};\n");
        }
        foreach (string statement in SequencesSql()) load.Append($"{statement};\n");
        await WriteAsync(export, SchemaFile, SchemaSql(), cancellationToken);
        await WriteAsync(export, LoadFile, load.ToString(), cancellationToken);
        return new OutcomeResult("EXPORT DATABASE", tableCount, Left());
    }

    /// <summary>Reads a folder that an export wrote.</summary>
    public async ValueTask<QueryResult> ImportAsync(
        ImportDatabaseStatement import, CancellationToken cancellationToken)
    {
        foreach (string file in (string[])[SchemaFile, LoadFile])
        {
            string sql = await ReadAsync(import, file, cancellationToken);
            foreach (Statement statement in Parser.ParseStatements(sql))
            {
                await run(Placed(statement, import.Path), cancellationToken);
            }
        }
        return new OutcomeResult("IMPORT DATABASE");
    }

    // No format of files has integers of 39 digits: they are written as text, which the column's type takes back.
    private static string? WithTextsOf(TableDefinition table, string name)
    {
        TableColumn[] written = [.. table.Columns.Where(c => c.GeneratedSql is null)];
        if (written.All(c => c.Type.Kind != TypeKind.HugeInt)) return null;
        IEnumerable<string> columns = written.Select(c => SqlNames.Write(c.Name)).Zip(
            written, (n, c) => c.Type.Kind == TypeKind.HugeInt ? $"{n}::VARCHAR AS {n}" : n);
        return $"(SELECT {string.Join(", ", columns)} FROM {name})";
    }

    // Files are named as seen from the folder, which may have been moved.
    private static Statement Placed(Statement statement, string folder)
    {
        if (statement is not CopyFromStatement { Source.Path: StringLiteral file } copy) return statement;
        return copy with
        {
            Source = copy.Source with { Path = new StringLiteral(Path.Combine(folder, file.Value)) },
        };
    }

    private static FileFormat FormatOf(ExportDatabaseStatement export)
    {
        if (export.Options.FirstOrDefault(o => o.Name.Name == "format") is not { } option) return FileFormat.Parquet;
        string name = option.Value switch
        {
            StringLiteral text => text.Value,
            ColumnSyntax word => word.Name.Last.Name,
            _ => "",
        };
        if (FileFormats.Parse(name) is FileFormat.Csv or FileFormat.Parquet or FileFormat.Json or FileFormat.Arrow)
        {
            return FileFormats.ParseOrThrow(name);
        }
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown format of EXPORT DATABASE: {name}", option.Position,
            "The formats are parquet, csv, json and arrow.");
    }

    private static void MakeFolder(ExportDatabaseStatement export)
    {
        try
        {
            Directory.CreateDirectory(export.Path);
            if (!Directory.EnumerateFileSystemEntries(export.Path).Any()) return;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw FileErrors.Convert(error, export.Path);
        }
        throw new QueryException(
            SqlStates.DuplicateFile, $"The folder has files: {export.Path}", export.Position,
            "EXPORT DATABASE writes into a folder that is absent or empty.");
    }

    private string? NameOfSequence(long id) => Relations(ObjectKind.Sequence)
        .Where(s => s.Record.Id == id).Select(s => NameOf(s.Schema, s.Name)).FirstOrDefault();

    private IEnumerable<string> SequencesSql()
    {
        foreach ((string schema, string name, NameRecord record) in Relations(ObjectKind.Sequence))
        {
            SequenceDefinition sequence = Catalog.GetSequence(record.Id);
            SequenceState position = transaction.Store.Sequences[sequence.PositionId].Position(sequence);
            string? table = Relations(ObjectKind.Table).Where(t => t.Record.Id == sequence.OwnerTable)
                .Select(t => NameOf(t.Schema, t.Name)).FirstOrDefault();
            TableColumn? column = table is null ? null : transaction.GetTable(sequence.OwnerTable).Definition.Columns
                .FirstOrDefault(c => c.Id == sequence.OwnerColumn);
            foreach (string statement in TableSql.After(NameOf(schema, name), sequence, position, table, column))
                yield return statement;
        }
    }

    private string SchemaSql()
    {
        StringBuilder sql = new("-- Schemas, types, macros, tables and views; load.sql fills the tables.\n");
        foreach (string schema in Catalog.SchemaNames.Where(s => !TemporarySchema.IsOne(s)))
        {
            sql.Append($"CREATE SCHEMA IF NOT EXISTS {SqlNames.Write(schema)};\n");
        }
        foreach ((string schema, string name, NameRecord record) in Names(NameSpace.Type))
        {
            sql.Append($"CREATE TYPE {NameOf(schema, name)} AS {ObjectText.Read(Catalog.GetObject(record.Id))};\n");
        }
        foreach ((string schema, string name, NameRecord record) in Names(NameSpace.Function))
        {
            if (record.Kind != ObjectKind.Macro) continue;
            string text = ObjectText.Read(Catalog.GetObject(record.Id));
            CreateMacroStatement macro = (CreateMacroStatement)Parser.ParseStatement(text);
            QualifiedName qualified = Parser.ParseQualifiedName(NameOf(schema, name));
            sql.Append($"{SqlWriter.Write(macro with { Name = qualified })};\n");
        }
        foreach ((string schema, string name, NameRecord record) in Relations(ObjectKind.Sequence))
        {
            SequenceDefinition sequence = Catalog.GetSequence(record.Id);
            if (!sequence.IsIdentity) sql.Append($"{TableSql.Write(NameOf(schema, name), sequence)};\n");
        }
        foreach ((string schema, string name, NameRecord record) in Relations(ObjectKind.Table))
        {
            TableSnapshot table = transaction.GetTable(record.Id);
            SequenceDefinition? IdentityOf(int column) => Catalog.SequencesOf(record.Id)
                .Where(s => s.Definition.IsIdentity && s.Definition.OwnerColumn == column)
                .Select(s => s.Definition).FirstOrDefault();
            string create = TableSql.Write(
                NameOf(schema, name), table.Definition, table.State.Ranges.Length, NameOfSequence, IdentityOf);
            sql.Append($"{create};\n");
        }
        foreach ((string name, ViewText view) in ViewsInOrder())
        {
            string columns = view.Columns.Count == 0
                ? ""
                : $" ({string.Join(", ", view.Columns.Select(SqlNames.Write))})";
            sql.Append($"CREATE VIEW {name}{columns} AS {view.Sql};\n");
        }
        return sql.ToString();
    }

    /// <summary>Each view behind those that its query may name.</summary>
    private List<(string Name, ViewText View)> ViewsInOrder()
    {
        ILookup<string, (string Name, ViewText View)> views = Relations(ObjectKind.View).ToLookup(
            v => v.Name, v => (NameOf(v.Schema, v.Name), ViewText.Read(Catalog.GetObject(v.Record.Id))),
            StringComparer.OrdinalIgnoreCase);
        List<(string Name, ViewText View)> ordered = [];
        HashSet<string> begun = [];
        foreach ((string Name, ViewText View) view in views.SelectMany(group => group)) Place(view);
        return ordered;

        void Place((string Name, ViewText View) view)
        {
            if (!begun.Add(view.Name)) return;
            IEnumerable<NamedTableReference> used =
                Parser.ParseQuery(view.View.Sql).DescendantsAndSelf().OfType<NamedTableReference>();
            foreach ((string Name, ViewText View) below in used.SelectMany(u => views[u.Name.Last.Name])) Place(below);
            ordered.Add(view);
        }
    }

    // What is temporary ends with its session.
    private IEnumerable<(string Schema, string Name, NameRecord Record)> Names(NameSpace space) =>
        Catalog.Names(space).Where(n => !TemporarySchema.IsOne(n.Schema));

    private IEnumerable<(string Schema, string Name, NameRecord Record)> Relations(ObjectKind kind) =>
        Names(NameSpace.Relation).Where(n => n.Record.Kind == kind && QueryOf(n.Record) is null);

    // The query of a materialised view; null for anything else.
    private string? QueryOf(NameRecord record) => record.Kind == ObjectKind.Table
        ? transaction.GetTable(record.Id).Definition.ViewSql
        : null;

    private static string NameOf(string schema, string name) => $"{SqlNames.Write(schema)}.{SqlNames.Write(name)}";

    // The file of an assembly may be of no use where the export is read.
    private IReadOnlyList<string> Left()
    {
        string functions = string.Join(", ",
            Catalog.Names(NameSpace.Function).Where(n => n.Record.Kind != ObjectKind.Macro).Select(n => n.Name));
        return functions.Length == 0 ? [] : [$"Functions of assemblies were left out: {functions}"];
    }

    private static async ValueTask WriteAsync(
        ExportDatabaseStatement export, string file, string text, CancellationToken cancellationToken)
    {
        string path = Path.Combine(export.Path, file);
        try
        {
            await File.WriteAllTextAsync(path, text, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Convert(error, path);
        }
    }

    private static async ValueTask<string> ReadAsync(
        ImportDatabaseStatement import, string file, CancellationToken cancellationToken)
    {
        string path = Path.Combine(import.Path, file);
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"Cannot read what EXPORT DATABASE writes ({error.Message})", path, sqlState: SqlStates.UndefinedFile,
                inner: error);
        }
    }
}
