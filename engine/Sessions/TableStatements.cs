using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>CREATE TABLE and CREATE VIEW: descriptions become records of the catalog.</summary>
internal static class TableStatements
{
    /// <summary>Creates the table; false where it exists already and IF NOT EXISTS was said.</summary>
    public static bool CreateTable(BoundCreateTable create, Transaction transaction, Session session)
    {
        TableDescription table = create.Table;
        if (transaction.Catalog.Find(NameSpace.Relation, table.SchemaName, table.Name) is not null)
        {
            switch (create.Mode)
            {
                case CreateMode.IfNotExists:
                    session.AddNotice($"Relation \"{table.Name}\" already exists, skipping.");
                    return false;
                case CreateMode.OrReplace:
                    transaction.Drop(NameSpace.Relation, table.SchemaName, table.Name);
                    break;
            }
        }
        TableDefinition definition = DefinitionOf(table);
        (definition, long[] sequences) = WithSequences(definition, table, transaction);
        long id = transaction.CreateTable(table.SchemaName, table.Name, definition, table.Ranges);
        session.Temporary.AtCommit(id, create.OnCommit);
        for (int i = 0; i < sequences.Length; i++)
        {
            if (sequences[i] != 0) SequenceStatements.Own(transaction, sequences[i], id, definition.Columns[i].Id);
        }
        return true;
    }

    /// <summary>Makes the sequences of columns and lets their defaults use them.</summary>
    private static (TableDefinition Definition, long[] Sequences) WithSequences(
        TableDefinition definition, TableDescription table, Transaction transaction)
    {
        long[] sequences = new long[definition.Columns.Length];
        for (int i = 0; i < sequences.Length; i++)
        {
            if (table.Columns[i].NewSequence is not { } sequence) continue;
            sequences[i] = SequenceStatements.CreateFor(
                transaction, table.SchemaName, table.Name, definition.Columns[i].Name, sequence);
            TableColumn column = definition.Columns[i] with { DefaultSql = SequenceNames.DefaultOf(sequences[i]) };
            definition = definition with { Columns = definition.Columns.SetItem(i, column) };
        }
        return (definition, sequences);
    }

    /// <summary>Creates or replaces a view.</summary>
    public static OutcomeResult CreateView(BoundCreateView view, Transaction transaction)
    {
        bool exists = transaction.Catalog.Find(NameSpace.Relation, view.SchemaName, view.Name) is not null;
        if (exists && view.Mode == CreateMode.IfNotExists) return new OutcomeResult("CREATE VIEW");
        transaction.CreateObject(
            NameSpace.Relation, ObjectKind.View, view.SchemaName, view.Name,
            new ViewText(view.Sql, [.. view.Columns]).Write(),
            view.Mode == CreateMode.OrReplace);
        return new OutcomeResult("CREATE VIEW");
    }

    /// <summary>Columns get their numbers from 1 in order; those of no named group share one more.</summary>
    private static TableDefinition DefinitionOf(TableDescription table)
    {
        int IdOf(int position) => position + 1;
        int[] groups = new int[table.Columns.Count];
        bool hasRest = Enumerable.Range(0, groups.Length).Any(c => !table.ColumnGroups.Any(g => g.Contains(c)));
        for (int g = 0; g < table.ColumnGroups.Count; g++)
        {
            foreach (int column in table.ColumnGroups[g]) groups[column] = g + (hasRest ? 1 : 0);
        }
        ImmutableArray<TableColumn> columns =
        [
            .. table.Columns.Select((c, i) => new TableColumn(IdOf(i), c.Name, c.Type, c.IsNullable)
            {
                DefaultSql = c.DefaultSql, GeneratedSql = c.GeneratedSql, Collation = c.Collation, Group = groups[i],
                MaxLength = c.MaxLength, IsBlankPadded = c.IsBlankPadded, Identity = c.Identity,
                Compression = c.Compression,
            }),
        ];
        ImmutableArray<int> key = [.. table.PrimaryKey.Select(IdOf)];
        Distribution kind = table.Distribution switch
        {
            DistributionKind.Hash => Distribution.Hash,
            DistributionKind.Range => Distribution.Range,
            DistributionKind.Broadcast => Distribution.Broadcast,
            _ => Distribution.RoundRobin,
        };
        return new TableDefinition(0, 1, columns)
        {
            NextColumnId = columns.Length + 1,
            Scheme = new FragmentScheme(kind, [.. table.DistributedBy.Select(IdOf)], table.Salt),
            Retention = table.Retention,
            OrderBy = [.. table.OrderBy.Select(o => new OrderColumn(IdOf(o.Column), o.IsDescending, o.NullsFirst))],
            Replicas = table.Replicas ?? 2,
            Compression = table.Compression ?? "",
            BloomColumns = [.. table.BloomColumns.Select(IdOf)],
            PrimaryKey = key,
            UniqueKeys = [.. table.UniqueKeys.Select(u => (ImmutableArray<int>)[.. u.Select(IdOf)])],
            PrimaryKeyName = table.PrimaryKeyName,
            UniqueKeyNames = [.. table.UniqueKeyNames],
            Checks = [.. table.Checks.Select(c => new Catalog.CheckConstraint(c.Name, c.Sql))],
            Options = table.Settings.ToImmutableSortedDictionary(s => s.Name, s => s.Value.ToString()),
        };
    }
}
