using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary><c>PRAGMA table_info('t')</c>, as SQLite and DuckDB have it: the columns of a table.</summary>
internal static class TableInfo
{
    /// <summary>The function that the PRAGMA calls.</summary>
    public const string FunctionName = "pragma_table_info";

    private static readonly Schema s_schema = new(
        new Field("cid", LogicalType.Integer, false), new Field("name", LogicalType.Varchar, false),
        new Field("type", LogicalType.Varchar, false), new Field("notnull", LogicalType.Boolean, false),
        new Field("dflt_value", LogicalType.Varchar), new Field("pk", LogicalType.Boolean, false));

    /// <summary>The rows for a table's name.</summary>
    /// <exception cref="QueryException">42883: other arguments. 42P01: there is no such table.</exception>
    public static IPlanSource Bind(IReadOnlyList<Value> arguments, Func<string?, string, CatalogRelation?> find)
    {
        if (arguments is not [{ IsNull: false, Type.Kind: TypeKind.Varchar } text])
            throw new QueryException(SqlStates.UndefinedFunction, $"{FunctionName} takes a table's name");
        QualifiedName name = Parser.ParseQualifiedName(text.AsText);
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        if (find(schema, name.Last.Name) is not TableRelation { Table: var table })
            throw new QueryException(SqlStates.UndefinedTable, $"Table does not exist: \"{text.AsText}\"");
        IReadOnlyList<int> key = table.HasPrimaryKey ? table.UniqueKeys[0] : [];
        List<Value[]> rows = [.. table.Columns.Select((column, i) => new Value[]
        {
            Value.Integer(LogicalType.Integer, i), Value.Text(column.Name), Value.Text(column.TypeText),
            Value.Boolean(!column.IsNullable),
            column.DefaultSql is { } written ? Value.Text(written) : Value.Null(LogicalType.Varchar),
            Value.Boolean(key.Contains(i)),
        })];
        return new SourceTable(new ValueSource(s_schema, () => rows), $"{FunctionName}({name})");
    }
}
