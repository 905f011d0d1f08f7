using ColFrag.Engine.Catalog;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>What only ColFrag has.</summary>
internal static class OwnRelations
{
    private static readonly Schema s_segments = new(
        new Field("table_schema", LogicalType.Varchar), new Field("table_name", LogicalType.Varchar),
        new Field("segment_id", LogicalType.Varchar), new Field("hash_range", LogicalType.Varchar),
        new Field("row_count", LogicalType.BigInt), new Field("deleted_count", LogicalType.BigInt),
        new Field("bytes", LogicalType.BigInt), new Field("is_sealed", LogicalType.Boolean),
        new Field("workers", LogicalType.Varchar));

    private static readonly Schema s_tables = new(
        new Field("table_schema", LogicalType.Varchar), new Field("table_name", LogicalType.Varchar),
        new Field("version", LogicalType.BigInt), new Field("oldest_version", LogicalType.BigInt),
        new Field("row_count", LogicalType.BigInt), new Field("bytes", LogicalType.BigInt),
        new Field("segments", LogicalType.BigInt), new Field("hash_ranges", LogicalType.BigInt));

    /// <summary>All of them, with numbers that stay.</summary>
    public static IEnumerable<SystemRelationDefinition> All =>
    [
        Define("colfrag_settings", 9001, SettingValue.ListSchema, Settings),
        Define("colfrag_segments", 9002, s_segments, Segments),
        Define("colfrag_tables", 9020, s_tables, Tables),
        Define("colfrag_loads", 9003, LoadRegistry.Schema, Whole(o => o.Session.Host.Loads.Rows())),
        Define("colfrag_rejects", 9004, SessionRejects.Schema, Whole(o => o.Session.Rejects.ToRows())),
        Define(
            SessionRejects.ErrorsName, 9024, SessionRejects.ErrorsSchema, Whole(o => o.Session.Rejects.ToErrors())),
        Define(SessionRejects.ScansName, 9025, SessionRejects.ScansSchema, Whole(o => o.Session.Rejects.ToScans())),
        Define("colfrag_workers", 9005, ClusterRelations.WorkerColumns, Whole(ClusterRelations.Workers)),
        Define("colfrag_fragments", 9006, ClusterRelations.FragmentColumns, Whole(ClusterRelations.Fragments)),
        Define("colfrag_caches", 9021, MemoryRelations.CacheColumns, Whole(MemoryRelations.Caches)),
        Define("colfrag_keywords", 9023, KeywordRelation.Columns, Whole(_ => KeywordRelation.Rows())),
        Define("colfrag_memory", 9022, MemoryRelations.MemoryColumns, Whole(MemoryRelations.Memory)),
    ];

    private static SystemRelationDefinition Define(string name, uint oid, Schema schema, SystemRows rows) =>
        new(SystemRelationRegistry.Own, name, oid, 'v', new SystemColumns(schema), rows);

    private static SystemRows Whole(Func<SystemObjects, IEnumerable<Value[]>> rows) =>
        (columns, objects) => rows(objects).Select(values => new SystemRow(columns, values));

    private static IEnumerable<SystemRow> Settings(SystemColumns columns, SystemObjects objects) =>
        objects.Session.Settings.List().Select(entry => new SystemRow(columns)
        {
            ["name"] = entry.Setting.Name, ["setting"] = entry.Value.Text, ["description"] = entry.Setting.Description,
            ["origin"] = entry.Value.Origin.ToString().ToLowerInvariant(),
        });

    private static IEnumerable<SystemRow> Segments(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables.Where(t => t.Definition is not null))
        {
            foreach (SnapshotSegment segment in objects.Transaction.GetTable(table.TableId).Segments)
            {
                string workers = string.Join(
                    ", ", segment.Record.Groups.SelectMany(g => g.Workers).Distinct().Select(CatalogKeys.Hex));
                yield return new SystemRow(columns)
                {
                    ["table_schema"] = table.Schema, ["table_name"] = table.Name,
                    ["segment_id"] = segment.Record.Key.ToString(), ["hash_range"] = segment.Record.Range.ToString(),
                    ["row_count"] = (long)segment.RowCount,
                    ["deleted_count"] = (long)(segment.RowCount - segment.LiveRowCount),
                    ["bytes"] = segment.Record.Bytes, ["is_sealed"] = !segment.IsRows, ["workers"] = workers,
                };
            }
        }
    }

    private static IEnumerable<SystemRow> Tables(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables.Where(t => t.Definition is not null))
        {
            TableSnapshot snapshot = objects.Transaction.GetTable(table.TableId);
            TableHead? head = objects.Transaction.Base.FindHead(table.TableId);
            yield return new SystemRow(columns)
            {
                ["table_schema"] = table.Schema, ["table_name"] = table.Name, ["version"] = snapshot.Version,
                ["oldest_version"] = head?.OldestVersion ?? 0L, ["row_count"] = snapshot.RowCount,
                ["bytes"] = snapshot.State.CountBytes(), ["segments"] = (long)snapshot.Segments.Length,
                ["hash_ranges"] = (long)snapshot.State.Ranges.Length,
            };
        }
    }
}
