using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>The values in the catalog: what is written reads back equal, and damage is found.</summary>
public sealed class CatalogRecordTests
{
    private static readonly DateTime s_time = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    [Fact]
    public void A_definition_reads_back_equal()
    {
        TableDefinition definition = MakeDefinition();
        TableDefinition read = TableDefinition.Read(Entry(definition.ToBytes()));
        Assert.Equal(definition.ToBytes(), read.ToBytes());
        Assert.Equal(definition.Columns.ToArray(), read.Columns.ToArray());
        Assert.Equal(definition.Scheme, read.Scheme);
        Assert.Equal(definition.OrderBy.ToArray(), read.OrderBy.ToArray());
        Assert.Equal(definition.UniqueKeys[0].ToArray(), read.UniqueKeys[0].ToArray());
        Assert.Equal(definition.Checks.ToArray(), read.Checks.ToArray());
        Assert.Equal(definition.Options, read.Options);
        Assert.Equal((7, 3, TimeSpan.FromDays(2)), (read.NextColumnId, read.Replicas, read.Retention));
    }

    [Fact]
    public void A_head_reads_back_equal()
    {
        TableHead head = new(42, 3, 40)
        {
            RowCount = 1_000_000_000_000, Bytes = 1 << 30, SegmentCount = 12, CommitTime = s_time, NextOrder = 99,
            OldestVersion = 7, DeltaBytes = 1234, DropTime = s_time,
        };
        Assert.Equal(head, TableHead.Read(Entry(head.ToBytes())));
    }

    [Fact]
    public void Small_records_read_back_equal()
    {
        LoadRecord load = new(new AttemptId(LoadId.Of("a"), 5), 7, 8, 9, s_time);
        Assert.Equal(load, LoadRecord.Read(Entry(load.ToBytes())));
        NameRecord name = new(ObjectKind.View, -5);
        Assert.Equal(name, NameRecord.Read(Entry(name.ToBytes())));
        ObjectRecord view = new(ObjectKind.View, new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], ObjectRecord.Read(Entry(view.ToBytes())).Body.ToArray());
        DatabaseRecord database = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), s_time);
        Assert.Equal(database, DatabaseRecord.Read(Entry(database.ToBytes())));
        WorkerRecord worker = new(1, 2, WorkerState.Draining, "host:7490")
        {
            Disks = [new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)], Zone = "r/d", CapacityBytes = 5, Software = "0.1",
        };
        Assert.Equal(worker.ToBytes(), WorkerRecord.Read(Entry(worker.ToBytes())).ToBytes());
    }

    [Fact]
    public void A_delta_of_every_edit_reads_back_equal()
    {
        TableDelta delta = new(5, s_time, 2, DeltaCause.Change,
        [
            new AddSegment(MakeSegment(1)), new RemoveSegment(new SegmentKey(3, -4)),
            new SetDeleteVector(new SegmentKey(1, 2), new DeleteVectorRecord(9, 8, 7, 6)),
            new SetDeleteVector(
                new SegmentKey(1, 3), new DeleteVectorRecord(9, 8, 7, 6) { Journal = new JournalExtent(1, 2, 3) }),
            new SetWorkers(new SegmentKey(1, 2), 1, [5, 6]),
            new ReplaceRanges([1], [new RangeRecord(2, HashRange.All, [new HomeRecord(0, [7, 8])])]),
        ])
        {
            Loads = [LoadId.Of("x"), LoadId.Of("y")],
        };
        TableDelta read = TableDelta.Read([.. delta.ToParts().Select(Entry)]);
        Assert.Equal(delta.ToParts()[0], read.ToParts()[0]);
        Assert.Equal(delta.Loads.ToArray(), read.Loads.ToArray());
        Assert.Equal(delta.Edits.Select(e => e.GetType()), read.Edits.Select(e => e.GetType()));
    }

    [Fact]
    public void A_delta_of_many_segments_is_cut_into_parts_that_fit()
    {
        TableDelta delta = new(1, s_time, 1, DeltaCause.Change,
            [.. Enumerable.Range(0, 2000).Select(i => new AddSegment(MakeSegment(i)))]);
        ImmutableArray<byte[]> parts = delta.ToParts();
        Assert.True(parts.Length > 1);
        Assert.All(parts, p => Assert.True(p.Length <= CatalogTransaction.MaxValueBytes));
        TableDelta read = TableDelta.Read([.. parts.Select(Entry)]);
        Assert.Equal(2000, read.Edits.Length);
        Assert.Equal(delta.ToParts()[^1], read.ToParts()[^1]);
        TableDelta huge = delta with { Edits = [.. Enumerable.Repeat(delta.Edits, 20).SelectMany(e => e)] };
        Assert.Equal(SqlStates.ProgramLimitExceeded, Assert.Throws<QueryException>(() => huge.ToParts()).SqlState);
    }

    [Fact]
    public void A_checkpoint_over_many_pages_reads_back_equal()
    {
        foreach (int count in new[] { 0, 1, 3000 })
        {
            ImmutableArray<RangeRecord> ranges =
                [.. HashRange.Split(300).Select((r, i) => new RangeRecord(i, r, [new HomeRecord(0, [1, 2])]))];
            TableState state = TableState.Create(MakeDefinition(), ranges, s_time) with
            {
                Version = 17,
                Segments = Enumerable.Range(0, count).Select(MakeSegment).ToImmutableSortedDictionary(
                    s => s.Key, s => s),
            };
            ImmutableArray<byte[]> pages = CheckpointPage.ToPages(state);
            Assert.All(pages, p => Assert.True(p.Length <= CatalogTransaction.MaxValueBytes));
            TableState read = CheckpointPage.Read(state.TableId, 17, [.. pages.Select(Entry)]);
            Assert.Equal(pages.ToArray(), CheckpointPage.ToPages(read).ToArray());
            Assert.Equal((state.Ranges.Length, count), (read.Ranges.Length, read.Segments.Count));
        }
    }

    [Fact]
    public void A_flipped_bit_is_damage_in_every_record()
    {
        (byte[] Bytes, Action<CatalogEntry> Read)[] records =
        [
            (MakeDefinition().ToBytes(), e => TableDefinition.Read(e)),
            (new TableHead(1, 1, 0).ToBytes(), e => TableHead.Read(e)),
            (new TableDelta(1, s_time, 1, DeltaCause.Change, [new AddSegment(MakeSegment(1))]).ToParts()[0],
                e => TableDelta.Read([e])),
            (new NameRecord(ObjectKind.Table, 1).ToBytes(), e => NameRecord.Read(e)),
        ];
        foreach ((byte[] bytes, Action<CatalogEntry> read) in records)
        {
            read(Entry(bytes));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<CorruptDataException>(() => read(Entry(damaged)));
            }
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<CorruptDataException>(() => read(Entry(bytes[..length])));
            }
        }
    }

    [Fact]
    public void A_state_refuses_a_delta_that_does_not_fit()
    {
        TableState state = TableState.Create(MakeDefinition(), [new RangeRecord(1, HashRange.All)], s_time);
        SegmentRecord segment = MakeSegment(1);
        TableState next = state.After(Delta(1, new AddSegment(segment)));
        Assert.Equal(1, next.Version);
        Assert.Equal(segment.RowCount - 2, next.CountRows());
        Assert.Throws<CorruptDataException>(() => next.After(Delta(1)));
        Assert.Throws<CorruptDataException>(() => next.After(Delta(2, new AddSegment(segment))));
        Assert.Throws<CorruptDataException>(() => next.After(Delta(2, new RemoveSegment(new SegmentKey(1, 77)))));
        Assert.Throws<CorruptDataException>(() => next.After(Delta(
            2, new ReplaceRanges([1], [new RangeRecord(2, new HashRange(0, 10))]))));
        TableState split = next.After(Delta(2, new ReplaceRanges(
            [1], [new RangeRecord(3, new HashRange(11, ulong.MaxValue)), new RangeRecord(2, new HashRange(0, 10))])));
        Assert.Equal([2L, 3L], split.Ranges.Select(r => r.Id));
        Assert.Empty(split.After(Delta(3, new RemoveSegment(segment.Key))).Segments);

        static TableDelta Delta(long version, params TableEdit[] edits) =>
            new(version, s_time, 1, DeltaCause.Change, [.. edits]);
    }

    [Fact]
    public void Names_with_any_characters_stay_apart_and_read_back()
    {
        string[] names = ["a", "A", "a/b", "a%2fb", "ä ö", "\"x\"", "a\0", "😀", "%", ""];
        HashSet<CatalogKey> keys = [];
        foreach (string schema in names)
        {
            foreach (string name in names)
            {
                CatalogKey key = CatalogKeys.Name(NameSpace.Relation, schema, name);
                Assert.True(keys.Add(key));
                Assert.Equal((schema, name), CatalogKeys.ReadName(key));
                Assert.True(CatalogKeys.Names(NameSpace.Relation, schema).Contains(key));
            }
        }
    }

    [Fact]
    public void What_is_followed_leaves_out_what_grows_with_loads()
    {
        AttemptId attempt = new(LoadId.Of("x"), 1);
        Assert.False(CatalogKeys.Followed.Contains(CatalogKeys.Load(attempt.Load)));
        Assert.False(CatalogKeys.Followed.Contains(CatalogKeys.Tombstone(attempt)));
        Assert.False(CatalogKeys.Followed.Contains(CatalogKeys.WorkerLease(1)));
        Assert.True(CatalogKeys.Followed.Contains(CatalogKeys.Head(1)));
        Assert.True(CatalogKeys.Followed.Contains(CatalogKeys.Object(1)));
        Assert.True(CatalogKeys.Followed.Contains(CatalogKeys.Schema("main")));
        Assert.True(CatalogKeys.Followed.Contains(CatalogKeys.Database));
        Assert.True(CatalogKeys.Followed.Contains(CatalogKeys.MembershipEpoch));
        Assert.Equal(0x1f, CatalogKeys.ReadId(CatalogKeys.Head(0x1f)));
    }

    private static TableDefinition MakeDefinition() => new(0x1234_5678_9abc, 3,
    [
        new TableColumn(1, "id", LogicalType.BigInt, IsNullable: false),
        new TableColumn(2, "Größe", LogicalType.Decimal(20, 3))
        {
            DefaultSql = "1.5", MissingValue = Value.Integer(LogicalType.Decimal(20, 3), 1500), Group = 1,
            Comment = "c",
        },
        new TableColumn(5, "g", LogicalType.List(LogicalType.Varchar)) { GeneratedSql = "x", Collation = "de" },
    ])
    {
        NextColumnId = 7,
        Scheme = new FragmentScheme(Distribution.Hash, [1], 4),
        OrderBy = [new OrderColumn(2, Descending: true), new OrderColumn(1, NullsFirst: true)],
        Replicas = 3,
        Compression = "zstd",
        BloomColumns = [1],
        PrimaryKey = [1],
        UniqueKeys = [[2, 5]],
        Checks = [new CheckConstraint("positive", "id > 0")],
        Retention = TimeSpan.FromDays(2),
        Comment = "t",
        Options = ImmutableSortedDictionary<string, string>.Empty.Add("k", "v"),
    };

    private static SegmentRecord MakeSegment(int i) => new(
        new SegmentKey(i, 1000 + i), 1, HashRange.All, 100 + i)
    {
        Bytes = 5000, SchemaVersion = 2, AddedVersion = 3, FolderTable = 4,
        Groups = i % 2 == 0 ? [] : [new GroupRecord(0, 123, 55, [1, 2]), new GroupRecord(1, UInt128.MaxValue, 66, [3])],
        Journal = i % 2 == 0 ? new JournalExtent(1, 2, 3) : null,
        DeleteVector = i % 2 == 0 ? null : new DeleteVectorRecord(5, 2, 16, 99),
    };

    private static CatalogEntry Entry(byte[] value) => new(new CatalogKey("test"), value, 1, 1, 0);
}
