using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// A part of a version as a whole: ranges in the order of positions, then segments in their order, over as many pages
/// as it takes. Each page: list of ranges, list of segments. The first page begins with 8 commit time and varint schema
/// version.
/// </summary>
internal static class CheckpointPage
{
    private const byte Format = 1;
    private const int PageBytes = 48 << 10;

    /// <summary>The values of all pages, in order; at least one.</summary>
    public static ImmutableArray<byte[]> ToPages(TableState state)
    {
        ImmutableArray<byte[]>.Builder pages = ImmutableArray.CreateBuilder<byte[]>();
        using IEnumerator<RangeRecord> ranges = state.Ranges.AsEnumerable().GetEnumerator();
        using IEnumerator<SegmentRecord> segments = state.Segments.Values.GetEnumerator();
        bool hasRange = ranges.MoveNext(), hasSegment = segments.MoveNext();
        do
        {
            pages.Add(RecordBytes.Seal(Format, target =>
            {
                if (pages.Count == 0)
                {
                    target.WriteInt64(state.CommitTime.Ticks);
                    RecordBytes.WriteInt(target, state.SchemaVersion);
                }
                WriteItems(target, ranges, ref hasRange, (t, range) => range.Write(t));
                WriteItems(target, segments, ref hasSegment, (t, segment) => segment.Write(t));
            }));
        }
        while (hasRange || hasSegment);
        return pages.ToImmutable();
    }

    /// <summary>Reads a version from all of its pages.</summary>
    public static TableState Read(long table, long version, IReadOnlyList<CatalogEntry> pages)
    {
        DateTime time = default;
        int schema = 0;
        ImmutableArray<RangeRecord>.Builder ranges = ImmutableArray.CreateBuilder<RangeRecord>();
        ImmutableSortedDictionary<SegmentKey, SegmentRecord>.Builder segments =
            ImmutableSortedDictionary.CreateBuilder<SegmentKey, SegmentRecord>();
        for (int page = 0; page < pages.Count; page++)
        {
            ByteReader source = RecordBytes.Open(pages[page], Format);
            if (page == 0)
            {
                time = UtcTime.Read(ref source);
                schema = RecordBytes.ReadInt(ref source);
            }
            ReadItems(ref source, ranges.Add, RangeRecord.Read);
            ReadItems(ref source, s => segments.Add(s.Key, s), SegmentRecord.Read);
            source.ExpectEnd();
        }
        return new TableState(table, version, schema, time, ranges.ToImmutable(), segments.ToImmutable());
    }

    /// <summary>Items up to the end of the page, each after a 1; then a 0.</summary>
    private static void WriteItems<T>(
        ByteWriter target, IEnumerator<T> items, ref bool hasItem, Action<ByteWriter, T> write)
    {
        while (hasItem && target.Length < PageBytes)
        {
            target.WriteBool(true);
            write(target, items.Current);
            hasItem = items.MoveNext();
        }
        target.WriteBool(false);
    }

    private static void ReadItems<T>(ref ByteReader source, Action<T> add, RecordBytes.ItemReader<T> read)
    {
        while (source.ReadBool()) add(read(ref source));
    }
}
