using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Which views read a relation. Views are kept as text, so that their names are looked up as they would be; where a
/// name changes, the texts change with it, and mean what they meant.
/// </summary>
internal static class DependentViews
{
    /// <summary>The views and materialised views that read a relation themselves.</summary>
    public static List<(string Schema, string Name, NameRecord Record)> Of(
        Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name)
    {
        List<(string Schema, string Name, NameRecord Record)> found = [];
        foreach ((string inSchema, string view, NameRecord record) in
            transaction.Catalog.Names(NameSpace.Relation).ToList())
        {
            if (inSchema == schema && view == name) continue;
            if (TextOf(transaction, record) is not { } sql || !MayMention(sql, name)) continue;
            if (References(Parser.ParseQuery(sql), transaction, searchPath, schema, name).Any())
                found.Add((inSchema, view, record));
        }
        return found;
    }

    /// <summary>The views and materialised views that call a function.</summary>
    public static List<(string Schema, string Name, NameRecord Record)> Calling(
        Transaction transaction, IReadOnlyList<string> searchPath, string schema, string function,
        Func<CallSyntax, bool> isConcerned)
    {
        string? first = searchPath.FirstOrDefault(s => transaction.Catalog.Names(NameSpace.Function, s)
            .Any(n => n.Name.Equals(function, StringComparison.OrdinalIgnoreCase)));
        bool IsMeant(QualifiedName called) =>
            called.Last.Name.Equals(function, StringComparison.OrdinalIgnoreCase) && (called.Parts.Count > 1
                ? called.Parts[called.Parts.Count - 2].Name.Equals(schema, StringComparison.OrdinalIgnoreCase)
                : first == schema);
        List<(string Schema, string Name, NameRecord Record)> found = [];
        foreach ((string inSchema, string view, NameRecord record) in
            transaction.Catalog.Names(NameSpace.Relation).ToList())
        {
            if (TextOf(transaction, record) is not { } sql || !MayMention(sql, function)) continue;
            bool calls = Parser.ParseQuery(sql).DescendantsAndSelf().OfType<CallSyntax>()
                .Any(c => IsMeant(c.Function) && isConcerned(c));
            if (calls) found.Add((inSchema, view, record));
        }
        return found;
    }

    /// <summary>
    /// Gives a relation another name in the views that read it, which keep calling it by the old one; before the name
    /// changes.
    /// </summary>
    public static void Rename(
        Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name, string newSchema,
        string newName)
    {
        Rewrite(transaction, searchPath, schema, name, _ => true, reference =>
        {
            bool isQualified = reference.Name.Parts.Count > 1 || newSchema != schema;
            QualifiedName renamed = isQualified
                ? new QualifiedName([Quoted(newSchema), Quoted(newName)])
                : new QualifiedName([Quoted(newName)]);
            return reference with { Name = renamed, Alias = reference.Alias ?? new TableAlias(reference.Name.Last) };
        });
    }

    /// <summary>False where a column that a view shows is gone.</summary>
    public static bool CanBeRead(StatementScope scope, NameRecord record)
    {
        try
        {
            Query query = Parser.ParseQuery(TextOf(scope.Transaction, record)!);
            new StatementBinder(scope.Catalog, scope.Info).Bind(new QueryStatement(query));
            return true;
        }
        catch (QueryException error)
        {
            return error.SqlState != SqlStates.UndefinedColumn;
        }
    }

    /// <summary>Gives a column its old name in the views that read its table; after the name changed.</summary>
    public static void RenameColumn(
        Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name, string column,
        string newColumn)
    {
        string old = SqlNames.Write(column), renamed = SqlNames.Write(newColumn);
        bool MayShow(Query query) => query.DescendantsAndSelf().Any(
            n => n is StarSyntax or ColumnsSyntax or JoinReference { IsNatural: true }
                or SelectQuery { Items.IsEmpty: true } ||
                (n is Identifier used && ScopeTable.NamesMatch(used, column)));
        Rewrite(transaction, searchPath, schema, name, MayShow, reference =>
        {
            NamedTableReference bare = reference with { Alias = null, Sample = null };
            Query rows = Parser.ParseQuery($"SELECT * RENAME ({renamed} AS {old}) FROM {SqlWriter.Write(bare)}");
            return new SubqueryReference(rows)
            {
                Alias = reference.Alias ?? new TableAlias(reference.Name.Last), Sample = reference.Sample,
            };
        });
    }

    private static void Rewrite(
        Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name,
        Func<Query, bool> isConcerned, Func<NamedTableReference, TableReference> change)
    {
        foreach ((string inSchema, string view, NameRecord record) in Of(transaction, searchPath, schema, name))
        {
            Query query = Parser.ParseQuery(TextOf(transaction, record)!);
            if (!isConcerned(query)) continue;
            // What takes the place of one reference may have another one in it, and is not looked into.
            NamedTableReference[] references =
                [.. References(query, transaction, searchPath, schema, name).Distinct()];
            for (int i = 0; i < references.Length; i++)
                query = SyntaxReplacement.Replace(query, references[i], Placeholder(i));
            for (int i = 0; i < references.Length; i++)
                query = SyntaxReplacement.Replace(query, Placeholder(i), change(references[i]));
            // An alias has no schema, so that schema.table.column becomes table.column.
            foreach (ColumnSyntax column in query.DescendantsAndSelf().OfType<ColumnSyntax>().Distinct().ToList())
            {
                bool hasSchema = column.Name.Parts.Count > 2 && column.Name.Parts[0].Name == schema &&
                    ScopeTable.NamesMatch(column.Name.Parts[1], name);
                if (!hasSchema) continue;
                QualifiedName shorter = new(SyntaxList.From(column.Name.Parts.Skip(1)));
                query = SyntaxReplacement.Replace(query, column, column with { Name = shorter });
            }
            string sql = SqlWriter.Write(query);
            if (record.Kind == ObjectKind.Table)
            {
                transaction.AlterTable(
                    record.Id, old => old with { Options = old.Options.SetItem(TableDefinition.ViewOption, sql) });
                continue;
            }
            ViewText text = ViewText.Read(transaction.Catalog.GetObject(record.Id));
            transaction.CreateObject(
                NameSpace.Relation, ObjectKind.View, inSchema, view, (text with { Sql = sql }).Write(), replaces: true);
        }
    }

    // No text has such a name.
    private static NamedTableReference Placeholder(int index) => new(new QualifiedName($"\0{index}"));

    private static Identifier Quoted(string name) => new(name, name, true);

    private static string? TextOf(Transaction transaction, NameRecord record) => record.Kind switch
    {
        ObjectKind.View => ViewText.Read(transaction.Catalog.GetObject(record.Id)).Sql,
        ObjectKind.Table => transaction.GetTable(record.Id).Definition.ViewSql,
        _ => null,
    };

    // Spares parsing of most; a name that is quoted within has its quotes doubled.
    private static bool MayMention(string sql, string name) =>
        sql.Contains(name.Replace("\"", "\"\"", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<NamedTableReference> References(
        Query query, Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name)
    {
        HashSet<string> own = new(StringComparer.OrdinalIgnoreCase);
        foreach (CommonTable table in query.DescendantsAndSelf().OfType<CommonTable>()) own.Add(table.Name.Name);
        foreach (NamedTableReference reference in query.DescendantsAndSelf().OfType<NamedTableReference>())
        {
            string used = reference.Name.Last.Name;
            if (!used.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            int parts = reference.Name.Parts.Count;
            bool isMeant = parts > 1
                ? reference.Name.Parts[parts - 2].Name.Equals(schema, StringComparison.OrdinalIgnoreCase)
                : !own.Contains(used) && FirstWith(transaction, searchPath, name) == schema;
            if (isMeant) yield return reference;
        }
    }

    private static string? FirstWith(Transaction transaction, IReadOnlyList<string> searchPath, string name) =>
        searchPath.FirstOrDefault(s => transaction.Catalog.Names(NameSpace.Relation, s)
            .Any(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
}
