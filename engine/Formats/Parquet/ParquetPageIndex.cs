using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Rows of one page, and what is known of its values.</summary>
internal readonly record struct ParquetPageRows(long FirstRow, long RowCount, PieceBounds Bounds);

/// <summary>
/// The page index of a column chunk: an offset index, which says where pages begin, and a column index with their
/// bounds. Format: <c>PageIndex.md</c> of apache/parquet-format.
/// </summary>
internal static class ParquetPageIndex
{
    /// <summary>An index of a million pages has about half of it.</summary>
    private const int MaxIndexBytes = 64 << 20;

    /// <summary>The pages in order; null where the file has no index of this column.</summary>
    /// <exception cref="CorruptDataException">The index is damaged.</exception>
    public static ImmutableArray<ParquetPageRows>? Read(
        IInputFile file, ParquetColumnChunk chunk, ParquetLeaf leaf, long groupRows)
    {
        if (chunk.OffsetIndex.Bytes <= 0 || chunk.ColumnIndex.Bytes <= 0) return null;
        long[] starts = ReadStarts(Load(file, chunk.OffsetIndex), file.Path, chunk.OffsetIndex.Offset);
        ColumnIndex index = ReadColumnIndex(Load(file, chunk.ColumnIndex), file.Path, chunk.ColumnIndex.Offset);
        bool isSound = index.IsNullPage.Length == starts.Length && index.Mins.Length == starts.Length &&
            index.Maxs.Length == starts.Length && index.NullCounts.Length is var count &&
            (count == 0 || count == starts.Length);
        CorruptDataException.ThrowUnless(isSound, "Parquet page index", file.Path, chunk.ColumnIndex.Offset);
        ImmutableArray<ParquetPageRows>.Builder pages = ImmutableArray.CreateBuilder<ParquetPageRows>(starts.Length);
        for (int i = 0; i < starts.Length; i++)
        {
            long end = i + 1 < starts.Length ? starts[i + 1] : groupRows;
            CorruptDataException.ThrowUnless(
                starts[i] >= 0 && end > starts[i] && end <= groupRows && (i > 0 || starts[i] == 0),
                "Parquet rows of a page", file.Path, chunk.OffsetIndex.Offset);
            long rows = end - starts[i];
            PieceBounds bounds = index.IsNullPage[i]
                ? new PieceBounds(null, null, rows)
                : ParquetBounds.Of(
                    leaf, index.Mins[i], index.Maxs[i], index.NullCounts.Length == 0 ? null : index.NullCounts[i],
                    file.Path);
            pages.Add(new ParquetPageRows(starts[i], rows, bounds));
        }
        return pages.DrainToImmutable();
    }

    private static byte[] Load(IInputFile file, (long Offset, int Bytes) place)
    {
        CorruptDataException.ThrowUnless(
            place.Offset >= 0 && place.Bytes <= MaxIndexBytes && place.Offset <= file.Length - place.Bytes,
            "Parquet place of a page index", file.Path, place.Offset);
        byte[] bytes = new byte[place.Bytes];
        int read = file.Read(place.Offset, bytes);
        CorruptDataException.ThrowUnless(read == bytes.Length, "file ends early", file.Path, place.Offset + read);
        return bytes;
    }

    private static long[] ReadStarts(byte[] bytes, string path, long offset)
    {
        ThriftReader reader = new(bytes, path, offset);
        long[] starts = [];
        reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            if (id != 1)
            {
                reader.Skip(type);
                continue;
            }
            starts = new long[reader.ReadListHeader(type, 4, out ThriftType elementType)];
            if (elementType != ThriftType.Struct && starts.Length > 0) throw reader.Corrupt("page locations");
            for (int i = 0; i < starts.Length; i++) starts[i] = ReadStart(ref reader);
        }
        return starts;
    }

    private static long ReadStart(ref ThriftReader reader)
    {
        long start = -1;
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            if (id == 3) start = reader.ReadInt64(type);
            else reader.Skip(type);
        }
        reader.EndStruct(outer);
        return start;
    }

    private static ColumnIndex ReadColumnIndex(byte[] bytes, string path, long offset)
    {
        ThriftReader reader = new(bytes, path, offset);
        ColumnIndex index = new([], [], [], []);
        reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: index = index with { IsNullPage = ReadBools(ref reader, type) }; break;
                case 2: index = index with { Mins = ReadTexts(ref reader, type) }; break;
                case 3: index = index with { Maxs = ReadTexts(ref reader, type) }; break;
                case 5: index = index with { NullCounts = ReadNumbers(ref reader, type) }; break;
                default: reader.Skip(type); break;
            }
        }
        return index;
    }

    private static bool[] ReadBools(ref ThriftReader reader, ThriftType type)
    {
        bool[] values = new bool[reader.ReadListHeader(type, 1, out _)];
        for (int i = 0; i < values.Length; i++) values[i] = reader.ReadBoolElement();
        return values;
    }

    private static byte[][] ReadTexts(ref ThriftReader reader, ThriftType type)
    {
        byte[][] values = new byte[reader.ReadListHeader(type, 1, out ThriftType elementType)][];
        for (int i = 0; i < values.Length; i++) values[i] = reader.ReadBinary(elementType).ToArray();
        return values;
    }

    private static long[] ReadNumbers(ref ThriftReader reader, ThriftType type)
    {
        long[] values = new long[reader.ReadListHeader(type, 1, out ThriftType elementType)];
        for (int i = 0; i < values.Length; i++) values[i] = reader.ReadInt64(elementType);
        return values;
    }

    private sealed record ColumnIndex(bool[] IsNullPage, byte[][] Mins, byte[][] Maxs, long[] NullCounts);
}
