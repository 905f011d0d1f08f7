using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// REFRESH that reads new rows only. A view that groups one table, and whose aggregates of a whole follow from those of
/// its parts, is its old rows and the groups of the rows that its table got since, grouped once more. Rows that were
/// taken away, versions that are not kept, and queries of another kind make the view run as a whole.
/// </summary>
internal sealed class IncrementalRefresh(StatementScope scope, FunctionRegistry functions, SelectQuery query)
{
    // Aggregates by what combines their parts.
    private static readonly Dictionary<string, string> s_combined = new(StringComparer.Ordinal)
    {
        ["count"] = "sum", ["count_if"] = "sum", ["countif"] = "sum", ["sum"] = "sum", ["min"] = "min", ["max"] = "max",
        ["bool_and"] = "bool_and", ["every"] = "bool_and", ["bool_or"] = "bool_or", ["bit_and"] = "bit_and",
        ["bit_or"] = "bit_or", ["bit_xor"] = "bit_xor",
    };

    private readonly NamedTableReference _reference = TableOf(query.From[0])!;

    /// <summary>The refresh of a view with this query; null where its query must run whole.</summary>
    public static IncrementalRefresh? Of(StatementScope scope, FunctionRegistry functions, Query query)
    {
        if (query is not SelectQuery select || !IsPlain(select) || TableOf(select.From[0]) is null) return null;
        bool isPlain = select.GroupBy is null or { IsDistinct: false }
            && select.DescendantsAndSelf().OfType<Query>().Count() == 1 + RenamingsOf(select.From[0]).Count()
            && !select.DescendantsAndSelf().OfType<ColumnSyntax>().Any(c => c.Name.Parts.Count > 2);
        IncrementalRefresh refresh = new(scope, functions, select);
        return isPlain && refresh.Combinations() is not null ? refresh : null;
    }

    private static bool IsPlain(SelectQuery select) =>
        select is
        {
            With: null, Limit: null, Distinct: null, Having: null, Qualify: null, Sample: null, From.Count: 1,
            OrderBy.IsEmpty: true, Windows.IsEmpty: true, Locking.IsEmpty: true,
        };

    // The table, perhaps under what a column's new name left: (SELECT * RENAME (new AS old) FROM t) AS t.
    private static NamedTableReference? TableOf(TableReference reference) => reference switch
    {
        not { Sample: null, Alias: null or { Columns.IsEmpty: true } } => null,
        NamedTableReference { AsOf: null } named => named,
        SubqueryReference when RenamingsOf(reference).LastOrDefault() is { } last => TableOf(last.From[0]),
        _ => null,
    };

    // From outside in.
    private static IEnumerable<SelectQuery> RenamingsOf(TableReference reference)
    {
        while (reference is SubqueryReference
            {
                Sample: null, Alias: { Columns.IsEmpty: true },
                Query: SelectQuery
                {
                    Where: null, GroupBy: null,
                    Items:
                    [
                        {
                            Expression: StarSyntax
                            {
                                Qualifier: null, Operand: null, Pattern: null, Exclude.IsEmpty: true,
                                Replace.IsEmpty: true,
                            },
                        },
                    ],
                } renaming,
            } && IsPlain(renaming))
        {
            yield return renaming;
            reference = renaming.From[0];
        }
    }

    /// <summary>
    /// Which version of which table a run of the query reads now; null where that cannot be said, because the
    /// transaction changed the table.
    /// </summary>
    public string? Mark()
    {
        if (FindTable() is not { } table) return null;
        long id = table.Snapshot.TableId;
        return ReferenceEquals(scope.Transaction.OverlayOf(id), TableOverlay.Empty)
            ? string.Create(CultureInfo.InvariantCulture, $"{id:x16}:{table.Snapshot.Version}")
            : null;
    }

    /// <summary>The query that gives the view's rows from its old ones; null where the view must run whole.</summary>
    /// <param name="mark">What <see cref="Mark"/> said at the last refresh; null for nothing.</param>
    /// <param name="view">The view.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="name">Its name.</param>
    public Query? TryWrite(string? mark, TableDefinition view, string schema, string name)
    {
        if (mark?.Split(':') is not [var id, var version] || Mark() is null || FindTable() is not { } table
            || table.Snapshot.TableId.ToString("x16", CultureInfo.InvariantCulture) != id
            || Combinations() is not { } combinations || combinations.Count != view.Columns.Length
            || !HasOnlyAdditions(table, long.Parse(version, CultureInfo.InvariantCulture)))
        {
            return null;
        }
        List<string> items = [];
        List<int> groups = [];
        for (int i = 0; i < combinations.Count; i++)
        {
            TableColumn column = view.Columns[i];
            string written = SqlNames.Write(column.Name);
            if (combinations[i] is not { } combine) groups.Add(i + 1);
            // A sum in another order is another one where it is rounded.
            else if (column.Type.IsFloat && combine == "sum") return null;
            items.Add(combinations[i] is null ? written : $"CAST({combinations[i]}({written}) AS {column.Type})");
        }
        string columns = string.Join(", ", view.Columns.Select(c => SqlNames.Write(c.Name)));
        string old = $"SELECT * FROM {SqlNames.Write(schema)}.{SqlNames.Write(name)}";
        string grouping = groups.Count == 0 ? "" : $" GROUP BY {string.Join(", ", groups)}";
        return Parser.ParseQuery(
            $"SELECT {string.Join(", ", items)} FROM ({old} UNION ALL ({SqlWriter.Write(Added(table, version))})) " +
            $"AS parts({columns}){grouping}");
    }

    // The query over the rows that were added.
    private SelectQuery Added(StoredTable table, string version)
    {
        string named = $"{SqlNames.Write(table.SchemaName)}.{SqlNames.Write(table.Name)}";
        CallSyntax changes = new(
            ChangeSource.FunctionName, new StringLiteral(named),
            new IntegerLiteral(long.Parse(version, CultureInfo.InvariantCulture)));
        Identifier alias = _reference.Alias?.Name ?? _reference.Name.Last;
        TableReference rows =
            new FunctionReference([new TableFunctionCall(changes)]) { Alias = new TableAlias(alias) };
        SubqueryReference[] renamings =
            [.. query.DescendantsAndSelf().OfType<SubqueryReference>().Reverse()];
        foreach (SubqueryReference renaming in renamings)
            rows = renaming with { Query = (SelectQuery)renaming.Query with { From = [rows] } };
        return query with { From = [rows] };
    }

    private bool HasOnlyAdditions(StoredTable table, long version)
    {
        if (version > table.Snapshot.Version) return false;
        try
        {
            ImmutableArray<ChangedRows> changes =
                TableChanges.After(scope.Transaction, table.Snapshot.TableId, version);
            return changes.All(c => c.IsInsert && (c.Segment.IsRows || c.Segment.Record.IsLocal));
        }
        catch (QueryException)
        {
            // That version is not kept any more.
            return false;
        }
    }

    private bool IsColumn(Identifier name) =>
        FindTable() is not { } table || table.Columns.Any(c => ScopeTable.NamesMatch(name, c.Name))
            || query.DescendantsAndSelf().OfType<StarRename>().Any(r => r.Name.Equals(name));

    private StoredTable? FindTable()
    {
        QualifiedName name = _reference.Name;
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        return scope.Catalog.FindRelation(schema, name.Last.Name) is TableRelation { Table: StoredTable table }
            && table.Snapshot.Definition.ViewSql is null
            ? table
            : null;
    }

    /// <summary>
    /// For each item what combines its parts, null for a key of the groups; null where one is neither.
    /// </summary>
    private List<string?>? Combinations()
    {
        List<string?> combinations = [];
        HashSet<string> keys = [];
        foreach (SelectItem item in query.Items)
        {
            if (item.Expression is CallSyntax { Over: null, IsDistinct: false, OrderBy.IsEmpty: true } call
                && call is { Function.Parts.Count: 1, Arguments.Count: <= 1 }
                && s_combined.TryGetValue(call.Function.Last.Name, out string? combine))
            {
                if (call.Arguments.Any(a => HasAggregate(a.Value))) return null;
                combinations.Add(combine);
                continue;
            }
            bool isValue = item.Expression is not (StarSyntax or ColumnsSyntax) && !HasAggregate(item.Expression);
            if (!isValue) return null;
            combinations.Add(null);
            keys.Add(SqlWriter.Write(item.Expression));
            keys.Add(combinations.Count.ToString(CultureInfo.InvariantCulture));
            // In GROUP BY a column of the table comes before an alias.
            if (item.Alias is { } alias && !IsColumn(alias)) keys.Add(SqlNames.Write(alias.Name));
        }
        bool isGrouped = query.GroupBy is not null;
        if (!isGrouped && (combinations.Count == 0 || combinations.Contains(null))) return null;
        if (!isGrouped || query.GroupBy!.IsAll) return combinations;
        // Every key of the groups is a column of the view; else several rows of it would look like one group.
        foreach (GroupingElement element in query.GroupBy.Elements)
        {
            if (element is not GroupingColumns columns || columns.Expressions.IsEmpty) return null;
            foreach (SyntaxExpression expression in columns.Expressions)
            {
                if (!keys.Contains(SqlWriter.Write(expression))) return null;
            }
        }
        return combinations;
    }

    // What is no function of values may be a macro with an aggregate in it.
    private bool HasAggregate(SyntaxExpression expression) => expression.DescendantsAndSelf().OfType<CallSyntax>()
        .Any(c => c.Over is not null || !functions.IsScalar(c.Function.Last.Name));
}
