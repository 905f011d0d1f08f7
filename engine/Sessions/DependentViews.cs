using ColFrag.Engine.Catalog;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Which views read a relation. Views are kept as text, so that their names are looked up as they would be.
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
            if (Reads(Parser.ParseQuery(sql), transaction, searchPath, schema, name))
                found.Add((inSchema, view, record));
        }
        return found;
    }

    private static string? TextOf(Transaction transaction, NameRecord record) => record.Kind switch
    {
        ObjectKind.View => ViewText.Read(transaction.Catalog.GetObject(record.Id)).Sql,
        ObjectKind.Table => transaction.Catalog.GetDefinition(record.Id).ViewSql,
        _ => null,
    };

    // Spares parsing of most; a name that is quoted within has its quotes doubled.
    private static bool MayMention(string sql, string name) =>
        sql.Contains(name.Replace("\"", "\"\"", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static bool Reads(
        Query query, Transaction transaction, IReadOnlyList<string> searchPath, string schema, string name)
    {
        HashSet<string> own = new(StringComparer.OrdinalIgnoreCase);
        foreach (CommonTable table in query.DescendantsAndSelf().OfType<CommonTable>()) own.Add(table.Name.Name);
        foreach (NamedTableReference reference in query.DescendantsAndSelf().OfType<NamedTableReference>())
        {
            string used = reference.Name.Last.Name;
            if (!used.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            int parts = reference.Name.Parts.Count;
            if (parts > 1)
            {
                if (reference.Name.Parts[parts - 2].Name.Equals(schema, StringComparison.OrdinalIgnoreCase))
                    return true;
                continue;
            }
            if (!own.Contains(used) && FirstWith(transaction, searchPath, name) == schema) return true;
        }
        return false;
    }

    private static string? FirstWith(Transaction transaction, IReadOnlyList<string> searchPath, string name) =>
        searchPath.FirstOrDefault(s => transaction.Catalog.Names(NameSpace.Relation, s)
            .Any(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
}
