using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Catalog;

/// <summary>A column of ORDER BY in a table's options.</summary>
internal readonly record struct OrderColumn(int ColumnId, bool Descending = false, bool NullsFirst = false);

/// <summary>A CHECK constraint: its name and its condition as SQL over the columns.</summary>
internal readonly record struct CheckConstraint(string Name, string Sql);

/// <summary>One schema version of a table: its columns, and how its rows are kept. Names are not in it.</summary>
internal sealed record TableDefinition(long TableId, int SchemaVersion, ImmutableArray<TableColumn> Columns)
{
    /// <summary>1 had no compression per column.</summary>
    private static readonly FileFormat s_format = new("table's definition", Written: 2, Oldest: 1);

    /// <summary>The option that keeps the query of a materialised view.</summary>
    public const string ViewOption = "materialized_view";

    /// <summary>The option of a materialised view that was not filled yet.</summary>
    public const string UnpopulatedOption = "unpopulated";

    /// <summary>The option that keeps which version of which table a materialised view was last filled from.</summary>
    public const string RefreshedOption = "refreshed";

    /// <summary>
    /// The option that says whether rows are written to be <c>small</c>, the default, or <c>fast</c>.
    /// </summary>
    public const string EncodingOption = "encoding";

    /// <summary>
    /// The option that says which column groups of a range lie on the same workers: <c>colocated</c>, the default,
    /// <c>anchored</c> or <c>spread</c>.
    /// </summary>
    public const string PlacementOption = "placement";

    /// <summary>The option of a table that goes with its session, whatever becomes of the machine.</summary>
    public const string LifetimeOption = "lifetime";

    private const int BroadcastCopies = 3;

    /// <summary>The most columns.</summary>
    public const int MaxColumns = 4096;

    /// <summary>The id that the next column gets.</summary>
    public int NextColumnId { get; init; } = 1;

    public FragmentScheme Scheme { get; init; } = FragmentScheme.RoundRobin;

    /// <summary>The order of rows in a segment; empty for arrival.</summary>
    public ImmutableArray<OrderColumn> OrderBy { get; init; } = [];

    /// <summary>Copies of every fragment in a cluster.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>
    /// Copies that are made: of a table that every worker shall have, three at least; more workers fetch their own.
    /// </summary>
    public int Copies => Scheme.Kind == Distribution.Broadcast ? Math.Max(Replicas, BroadcastCopies) : Replicas;

    /// <summary>A general compression on top of the encodings, by name; empty for none.</summary>
    public string Compression { get; init; } = "";

    /// <summary>Ids of columns with bloom filters.</summary>
    public ImmutableArray<int> BloomColumns { get; init; } = [];

    /// <summary>Ids of the columns of the primary key; empty for none.</summary>
    public ImmutableArray<int> PrimaryKey { get; init; } = [];

    /// <summary>Sets of columns, other than the primary key, in which no two rows are equal.</summary>
    public ImmutableArray<ImmutableArray<int>> UniqueKeys { get; init; } = [];

    /// <summary>The name of the primary key where it was given one; else null.</summary>
    public string? PrimaryKeyName { get; init; }

    /// <summary>
    /// Names of <see cref="UniqueKeys"/>, in their order; empty where none was given, and missing at the end.
    /// </summary>
    public ImmutableArray<string> UniqueKeyNames { get; init; } = [];

    public ImmutableArray<CheckConstraint> Checks { get; init; } = [];

    /// <summary>How long versions stay readable; null for the database's own time.</summary>
    public TimeSpan? Retention { get; init; }

    public string? Comment { get; init; }

    /// <summary>Options of WITH (…) that only some readers know, as written.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The query of a materialised view, which is a table with this option; null for other tables.</summary>
    public string? ViewSql => Options.GetValueOrDefault(ViewOption);

    /// <summary>False for a materialised view that has no rows until it is refreshed.</summary>
    public bool IsPopulated => !Options.ContainsKey(UnpopulatedOption);

    /// <summary>True when rows are written fast rather than small.</summary>
    public bool IsWrittenFast => Options.GetValueOrDefault(EncodingOption) == "fast";

    /// <summary>Which column groups lie on the same workers.</summary>
    public GroupPlacement Placement => Options.GetValueOrDefault(PlacementOption) switch
    {
        "anchored" => GroupPlacement.Anchored,
        "spread" => GroupPlacement.Spread,
        _ => GroupPlacement.Colocated,
    };

    /// <summary>The groups that are placed together; those with the keys come first.</summary>
    public ImmutableArray<ImmutableArray<int>> PlacedParts
    {
        get
        {
            ImmutableArray<int> groups = Groups;
            // Who has all ranges has all columns, and one group cannot be parted.
            bool isWhole = groups.Length < 2 || Scheme.Kind == Distribution.Broadcast;
            if (isWhole || Placement == GroupPlacement.Colocated) return [groups];
            int anchor = Columns[Scheme.ColumnIds.IsEmpty ? 0 : IndexOf(Scheme.ColumnIds[0])].Group;
            ImmutableArray<int> others = groups.Remove(anchor);
            return Placement == GroupPlacement.Anchored
                ? [[anchor], others] : [[anchor], .. others.Select(g => ImmutableArray.Create(g))];
        }
    }

    /// <summary>
    /// True for a table that is removed when the database is opened: its files need not outlive a crash.
    /// </summary>
    public bool EndsWithSession => Options.ContainsKey(LifetimeOption);

    /// <summary>The columns as batches have them.</summary>
    public Schema Schema => new([.. Columns.Select(c => c.Field)]);

    /// <summary>Numbers of the column groups, in order.</summary>
    public ImmutableArray<int> Groups => [.. Columns.Select(c => c.Group).Distinct().Order()];

    /// <summary>Place of a column among <see cref="Columns"/>, or -1.</summary>
    public int IndexOf(int columnId)
    {
        for (int i = 0; i < Columns.Length; i++)
        {
            if (Columns[i].Id == columnId) return i;
        }
        return -1;
    }

    /// <summary>The name of the primary key of a table with this name.</summary>
    public string NameOfPrimaryKey(string table) => PrimaryKeyName ?? $"{table}_pkey";

    /// <summary>The name of a unique key of a table with this name.</summary>
    public string NameOfUniqueKey(string table, int key)
    {
        if (key < UniqueKeyNames.Length && UniqueKeyNames[key].Length > 0) return UniqueKeyNames[key];
        return $"{table}_{string.Join('_', UniqueKeys[key].Select(id => Columns[IndexOf(id)].Name))}_key";
    }

    public byte[] ToBytes() => RecordBytes.Seal((byte)s_format.Written, target =>
    {
        target.WriteInt64(TableId);
        RecordBytes.WriteInt(target, SchemaVersion);
        RecordBytes.WriteList(target, Columns, (t, c) => c.Write(t));
        RecordBytes.WriteInt(target, NextColumnId);
        Scheme.Write(target);
        RecordBytes.WriteList(target, OrderBy, WriteOrder);
        RecordBytes.WriteInt(target, Replicas);
        target.WriteString(Compression);
        RecordBytes.WriteList(target, BloomColumns, RecordBytes.WriteInt);
        RecordBytes.WriteList(target, PrimaryKey, RecordBytes.WriteInt);
        RecordBytes.WriteList(target, UniqueKeys, (t, key) => RecordBytes.WriteList(t, key, RecordBytes.WriteInt));
        RecordBytes.WriteList(target, Checks, WriteCheck);
        target.WriteVarInt64(Retention?.Ticks ?? -1);
        RecordBytes.WriteText(target, Comment);
        RecordBytes.WriteList(target, Options, WriteOption);
        foreach (TableColumn column in Columns) column.WriteRest(target);
        RecordBytes.WriteText(target, PrimaryKeyName);
        RecordBytes.WriteList(target, UniqueKeyNames, (t, name) => t.WriteString(name));
        foreach (TableColumn column in Columns) target.WriteString(column.Compression);
    });

    public static TableDefinition Read(CatalogEntry entry) => Read(entry.Value.Span, entry.Key.ToString());

    /// <summary>A definition from <see cref="ToBytes"/>.</summary>
    public static TableDefinition Read(ReadOnlySpan<byte> value, string name)
    {
        ByteReader source = RecordBytes.Open(value, name, s_format, out byte format);
        long table = source.ReadInt64();
        int version = RecordBytes.ReadInt(ref source);
        TableDefinition definition = new(table, version, RecordBytes.ReadList(ref source, TableColumn.Read))
        {
            NextColumnId = RecordBytes.ReadInt(ref source),
            Scheme = FragmentScheme.Read(ref source),
            OrderBy = RecordBytes.ReadList(ref source, ReadOrder),
            Replicas = RecordBytes.ReadInt(ref source),
            Compression = source.ReadString(),
            BloomColumns = RecordBytes.ReadList(ref source, RecordBytes.ReadInt),
            PrimaryKey = RecordBytes.ReadList(ref source, RecordBytes.ReadInt),
            UniqueKeys = RecordBytes.ReadList(ref source, ReadKey),
            Checks = RecordBytes.ReadList(ref source, ReadCheck),
            Retention = ReadRetention(ref source),
            Comment = RecordBytes.ReadText(ref source),
            Options = RecordBytes.ReadList(ref source, ReadOption).ToImmutableSortedDictionary(),
        };
        // Definitions of before these were kept end here.
        if (source.Remaining > 0)
        {
            var columns = ImmutableArray.CreateBuilder<TableColumn>(definition.Columns.Length);
            foreach (TableColumn column in definition.Columns) columns.Add(column.ReadRest(ref source));
            definition = definition with
            {
                Columns = columns.MoveToImmutable(),
                PrimaryKeyName = RecordBytes.ReadText(ref source),
                UniqueKeyNames = RecordBytes.ReadList(ref source, (ref ByteReader s) => s.ReadString()),
            };
            source.ThrowUnless(
                definition.UniqueKeyNames.Length <= definition.UniqueKeys.Length, "names of a table's keys");
        }
        if (format >= 2) definition = definition with { Columns = ReadCompressions(ref source, definition.Columns) };
        source.ExpectEnd();
        return definition;
    }

    private static ImmutableArray<TableColumn> ReadCompressions(
        ref ByteReader source, ImmutableArray<TableColumn> columns)
    {
        ImmutableArray<TableColumn>.Builder read = ImmutableArray.CreateBuilder<TableColumn>(columns.Length);
        foreach (TableColumn column in columns) read.Add(column with { Compression = source.ReadString() });
        return read.MoveToImmutable();
    }

    private static void WriteOrder(ByteWriter target, OrderColumn column)
    {
        RecordBytes.WriteInt(target, column.ColumnId);
        target.WriteBool(column.Descending);
        target.WriteBool(column.NullsFirst);
    }

    private static OrderColumn ReadOrder(ref ByteReader source) =>
        new(RecordBytes.ReadInt(ref source), source.ReadBool(), source.ReadBool());

    private static ImmutableArray<int> ReadKey(ref ByteReader source) =>
        RecordBytes.ReadList(ref source, RecordBytes.ReadInt);

    private static void WriteCheck(ByteWriter target, CheckConstraint check)
    {
        target.WriteString(check.Name);
        target.WriteString(check.Sql);
    }

    private static CheckConstraint ReadCheck(ref ByteReader source) => new(source.ReadString(), source.ReadString());

    private static void WriteOption(ByteWriter target, KeyValuePair<string, string> option)
    {
        target.WriteString(option.Key);
        target.WriteString(option.Value);
    }

    private static KeyValuePair<string, string> ReadOption(ref ByteReader source) =>
        new(source.ReadString(), source.ReadString());

    private static TimeSpan? ReadRetention(ref ByteReader source)
    {
        long ticks = source.ReadVarInt64();
        return ticks < 0 ? null : TimeSpan.FromTicks(ticks);
    }
}
