using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// The keys of a segment's rows as numbers in order, each with its row: where duplicates are looked for. A key of one
/// column of at most 64 bits is its own number; any other is XXH64 of its canonical bytes, so that equal numbers are
/// only candidates. Rows with a NULL in the key equal no other and are left out; deleted rows are in.
/// </summary>
internal sealed class SegmentKeys : IDisposable
{
    private readonly ulong[] _numbers;
    private readonly int[] _rows;

    private SegmentKeys(ulong[] numbers, int[] rows, bool isExact)
    {
        _numbers = numbers;
        _rows = rows;
        IsExact = isExact;
    }

    /// <summary>True when equal numbers mean equal keys.</summary>
    public bool IsExact { get; }

    /// <summary>Bytes in memory.</summary>
    public long SizeBytes => 64 + (_numbers.Length * (long)(sizeof(ulong) + sizeof(int)));

    /// <summary>Reads the key columns of all rows.</summary>
    public static SegmentKeys Read(SnapshotSegment segment, ImmutableArray<TableColumn> columns)
    {
        ulong[] numbers = new ulong[segment.RowCount];
        int[] rows = new int[segment.RowCount];
        int count = 0;
        bool isSorted = true;
        bool isExact = columns.Length == 1 && IsNumber(columns[0].Type);
        using SegmentRowReader reader = new(segment, columns);
        using Batch batch = reader.CreateBatch();
        using ByteWriter bytes = new(64);
        while (reader.Read(batch))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (!IsComplete(batch, row)) continue;
                ulong number = isExact ? unchecked((ulong)batch.Columns[0].GetInteger(row)) : HashOf(batch, row, bytes);
                isSorted &= count == 0 || number >= numbers[count - 1];
                numbers[count] = number;
                rows[count++] = reader.FirstRow + row;
            }
        }
        if (count < numbers.Length)
        {
            Array.Resize(ref numbers, count);
            Array.Resize(ref rows, count);
        }
        if (!isSorted) Array.Sort(numbers, rows);
        return new SegmentKeys(numbers, rows, isExact);
    }

    /// <summary>The rows whose key has a number.</summary>
    public IEnumerable<int> RowsOf(ulong number)
    {
        for (int i = FirstAtLeast(number, 0); i < _numbers.Length && _numbers[i] == number; i++) yield return _rows[i];
    }

    /// <summary>Pairs of rows of this segment with equal numbers: each with the one before it.</summary>
    public IEnumerable<(int First, int Second)> Repeated()
    {
        for (int i = 1; i < _numbers.Length; i++)
        {
            for (int j = i - 1; j >= 0 && _numbers[j] == _numbers[i]; j--) yield return (_rows[j], _rows[i]);
        }
    }

    /// <summary>Pairs of rows of this segment and of another one with equal numbers.</summary>
    public IEnumerable<(int Mine, int Theirs)> Matches(SegmentKeys other)
    {
        if (_numbers.Length == 0 || other._numbers.Length == 0) yield break;
        if (_numbers[^1] < other._numbers[0] || _numbers[0] > other._numbers[^1]) yield break;
        // Few keys against many are searched for, many against many are merged.
        bool isSearch = _numbers.Length * 16L < other._numbers.Length;
        int at = 0;
        for (int i = 0; i < _numbers.Length; i++)
        {
            ulong number = _numbers[i];
            if (isSearch) at = other.FirstAtLeast(number, at);
            else while (at < other._numbers.Length && other._numbers[at] < number) at++;
            for (int j = at; j < other._numbers.Length && other._numbers[j] == number; j++)
            {
                yield return (_rows[i], other._rows[j]);
            }
        }
    }

    /// <summary>Nothing to free: the arrays are managed.</summary>
    public void Dispose()
    {
    }

    /// <summary>True for types whose values are their own numbers.</summary>
    public static bool IsNumber(LogicalType type) => type.Physical is
        PhysicalType.Int8 or PhysicalType.Int16 or PhysicalType.Int32 or PhysicalType.Int64 or
        PhysicalType.UInt8 or PhysicalType.UInt16 or PhysicalType.UInt32 or PhysicalType.UInt64;

    private static bool IsComplete(Batch batch, int row)
    {
        foreach (ColumnVector column in batch.Columns)
        {
            if (!column.IsValid(row)) return false;
        }
        return true;
    }

    private static ulong HashOf(Batch batch, int row, ByteWriter bytes)
    {
        bytes.Clear();
        foreach (ColumnVector column in batch.Columns) KeyPosition.Append(bytes, column, row);
        return XxHash64.Hash(bytes.WrittenSpan);
    }

    private int FirstAtLeast(ulong number, int from)
    {
        int found = Array.BinarySearch(_numbers, from, _numbers.Length - from, number);
        if (found < 0) return ~found;
        while (found > from && _numbers[found - 1] == number) found--;
        return found;
    }
}
