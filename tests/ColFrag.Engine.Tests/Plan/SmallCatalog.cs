using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Plan;

/// <summary>A table of a few rows in memory.</summary>
internal sealed class SmallTable(string name, PlanTableColumn[] columns, Value[][] rows) : IPlanTable
{
    public string SchemaName => "main";

    public string Name => name;

    public IReadOnlyList<PlanTableColumn> Columns => columns;

    public IReadOnlyList<IReadOnlyList<int>> UniqueKeys { get; init; } = [];

    public bool HasPrimaryKey => false;

    public IReadOnlyList<(string Name, string Sql)> Checks => [];

    public IReadOnlyList<int> OrderedBy => [];

    public TableStatistics Statistics { get; init; } = new(rows.Length);

    public bool IsWritable => true;

    public Value[][] Rows => rows;
}

/// <summary>A catalog of the tables that tests make.</summary>
internal sealed class SmallCatalog(params SmallTable[] tables) : IBinderCatalog
{
    public IReadOnlyList<string> SearchPath => ["main"];

    public FunctionRegistry Functions => FunctionRegistry.BuiltIn;

    public IEnumerable<string> RelationNames => tables.Select(t => t.Name);

    public long? FindSequence(string name) => null;

    public IEnumerable<string> TableFunctionNames => [];

    public CatalogRelation? FindRelation(string? schema, string name) =>
        tables.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } table
            ? new TableRelation(table) : null;

    public IPlanTable FindTableAsOf(IPlanTable table, long? version, DateTime? moment) => table;

    public IReadOnlyList<MacroOverload>? FindMacro(string? schema, string name, bool isTable) => null;

    public LogicalType? FindType(string? schema, string name) => null;

    public bool HasSchema(string name) => name == "main";

    public IPlanSource? BindTableFunction(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named, Schema? target) => null;

    public IPlanSource BindFiles(string path, Schema? target) => throw new NotSupportedException("Not needed here.");

    /// <summary>A query bound over these tables, and the numbering of its columns.</summary>
    public (LogicalNode Plan, PlanColumnFactory Columns) Bind(string sql)
    {
        StatementBinder binder = new(this, SessionInfo.Default);
        BoundQuery bound = (BoundQuery)binder.Bind(Parser.ParseStatement(sql));
        return (bound.Plan, binder.Columns);
    }

    /// <summary>Customers, orders and items with NULLs, duplicates and rows without partners, from a seed.</summary>
    public static SmallCatalog Shop(int seed)
    {
        Random random = new(seed);
        Value Maybe(LogicalType type, int below, double nullShare) =>
            random.NextDouble() < nullShare ? Value.Null(type) : Value.Integer(type, random.Next(below));
        Value Text(params string[] choices) => random.NextDouble() < 0.15
            ? Value.Null(LogicalType.Varchar)
            : Value.Text(choices[random.Next(choices.Length)]);
        Value[][] customers = [.. Enumerable.Range(0, 6).Select(i => new[]
        {
            Value.Integer(LogicalType.Integer, i), Text("ann", "bob", "cy", "ann"), Maybe(LogicalType.Integer, 3, 0.2),
        })];
        Value[][] orders = [.. Enumerable.Range(0, 9).Select(i => new[]
        {
            Value.Integer(LogicalType.Integer, i), Maybe(LogicalType.Integer, 8, 0.2),
            Maybe(LogicalType.Decimal(9, 2), 500, 0.1), Maybe(LogicalType.Date, 40, 0.1),
        })];
        Value[][] items = [.. Enumerable.Range(0, 14).Select(_ => new[]
        {
            Maybe(LogicalType.Integer, 11, 0.1), Maybe(LogicalType.Integer, 5, 0.15), Maybe(LogicalType.BigInt, 4, 0.1),
        })];
        return new SmallCatalog(
            new SmallTable("customers",
                [new("c_id", LogicalType.Integer, false), new("c_name", LogicalType.Varchar, true),
                    new("c_nation", LogicalType.Integer, true)],
                customers) { UniqueKeys = [[0]] },
            new SmallTable("orders",
            [
                new("o_id", LogicalType.Integer, false), new("o_cust", LogicalType.Integer, true),
                new("o_total", LogicalType.Decimal(9, 2), true), new("o_date", LogicalType.Date, true),
            ], orders) { UniqueKeys = [[0]] },
            new SmallTable("items",
                [new("i_order", LogicalType.Integer, true), new("i_price", LogicalType.Integer, true),
                    new("i_qty", LogicalType.BigInt, true)],
                items));
    }
}
