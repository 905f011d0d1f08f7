using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Protocol.Batches;

/// <summary>
/// Writes batches of one stream in the form of <see cref="WireVector"/>. Rows that a mask has switched off are left
/// out.
/// </summary>
/// <remarks>
/// A dictionary is sent once per stream, and only when as many rows have used it as it has values: before that its rows
/// go as they are. So ten rows of a result do not drag along a dictionary of a million.
/// </remarks>
internal sealed unsafe class BatchWriter : IDisposable
{
    /// <summary>Dictionaries by identity: two of them with equal values are two.</summary>
    private readonly Dictionary<VectorDictionary, DictionaryUse> _dictionaries = [];
    private readonly ushort[] _rows = new ushort[Batch.MaxRows];
    private ColumnVector[]? _gathered;
    private int _dictionaryCount;
    private long _dictionaryBytes;

    /// <summary>Where the body begins in the bytes written to: parts are padded from there.</summary>
    private readonly int _origin;

    /// <summary>Begins a stream.</summary>
    /// <param name="origin">Where the body begins in the bytes that are written to.</param>
    public BatchWriter(int origin = FrameHeader.Size) => _origin = origin;

    /// <summary>Writes the selected rows of a batch.</summary>
    public void Write(Batch batch, ByteWriter target)
    {
        if (batch.IsMasked && batch.SelectedCount < batch.Count)
        {
            fixed (ushort* rows = _rows) WriteRows(batch, rows, batch.Mask.ToSelection(rows), target);
            return;
        }
        WriteColumns(batch.Columns, batch.Count, target);
    }

    /// <summary>Writes some of a batch's rows, by their numbers.</summary>
    public void WriteRows(Batch batch, ushort* rows, int rowCount, ByteWriter target)
    {
        if (_gathered is null || _gathered.Length != batch.Columns.Length)
        {
            DisposeGathered();
            _gathered = [.. batch.Columns.Select(static column => new ColumnVector(column.Type))];
        }
        for (int i = 0; i < _gathered.Length; i++) batch.Columns[i].Gather(rows, rowCount, _gathered[i]);
        WriteColumns(_gathered, rowCount, target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeGathered();
        _dictionaries.Clear();
    }

    private void WriteColumns(ColumnVector[] columns, int rowCount, ByteWriter target)
    {
        Invariant.Holds(rowCount <= Batch.MaxRows && columns.Length <= ushort.MaxValue);
        target.WriteInt32(rowCount);
        target.WriteUInt16((ushort)columns.Length);
        target.WriteByte(WireVector.Version);
        target.WriteByte(0);
        foreach (ColumnVector column in columns) WriteVector(column, rowCount, target);
    }

    /// <summary>Writes the first rows of a vector in the shape it has.</summary>
    private void WriteVector(ColumnVector vector, int rowCount, ByteWriter target)
    {
        bool isSendable = vector.Shape switch
        {
            VectorShape.Dictionary => vector.Dictionary!.Values.Type.Equals(vector.Type)
                && TakesDictionary(vector.Dictionary, rowCount),
            VectorShape.Narrow => WireVector.CanBeNarrow(vector.Type),
            _ => true,
        };
        if (!isSendable)
        {
            using ColumnVector flat = new(vector.Type);
            vector.Flatten(flat);
            WriteVector(flat, rowCount, target);
            return;
        }
        int count = WireVector.ElementCount(vector.Shape, rowCount);
        // A bare NULL has no value by its type.
        ulong* validity = vector.Type.Kind != TypeKind.Null && HasNulls(vector, count) ? vector.Validity : null;
        int header = WriteHeader(vector.Shape, vector.Lane, validity is not null, rowCount, target);
        if (vector.Shape == VectorShape.Dictionary)
        {
            WriteDictionary(vector.Dictionary!, header, target);
        }
        else if (vector.Shape == VectorShape.Narrow)
        {
            target.WriteInt128(vector.Base);
        }
        if (validity is not null) WriteValidity(validity, count, target);
        switch (vector.Lane)
        {
            case PhysicalType.Utf8:
                WriteTexts((Utf8View*)vector.Data, validity, count, header, target);
                break;
            case PhysicalType.List:
                WriteLists((ListView*)vector.Data, validity, count, vector.Children[0], target);
                break;
            case PhysicalType.Struct:
                foreach (ColumnVector child in vector.Children) WriteChild(child, count, target);
                break;
            case PhysicalType.Array:
                WriteChild(vector.Children[0], count * vector.Type.Length, target);
                break;
            default:
                WriteElements(vector.Data, vector.Lane.SizeBytes(), validity, count, target);
                break;
        }
    }

    /// <summary>Writes the elements of a STRUCT or ARRAY; a vector that is NULL throughout may have none.</summary>
    private void WriteChild(ColumnVector child, int rowCount, ByteWriter target)
    {
        if (child.Count >= rowCount)
        {
            WriteVector(child, rowCount, target);
            return;
        }
        Invariant.Holds(child.Count == 0);
        using ColumnVector none = new(child.Type);
        none.SetAllNull(rowCount);
        WriteVector(none, rowCount, target);
    }

    private static int WriteHeader(
        VectorShape shape, PhysicalType lane, bool hasValidity, int rowCount, ByteWriter target)
    {
        int header = target.Length;
        target.WriteByte((byte)shape);
        target.WriteByte((byte)lane);
        target.WriteByte(hasValidity ? WireVector.HasValidity : (byte)0);
        target.WriteByte(0);
        target.WriteInt32(rowCount);
        return header;
    }

    /// <summary>True when the dictionary was sent, or is worth to be sent now.</summary>
    private bool TakesDictionary(VectorDictionary dictionary, int rowCount)
    {
        if (!_dictionaries.TryGetValue(dictionary, out DictionaryUse? use))
        {
            if (_dictionaries.Count >= WireVector.MaxDictionaries) return false;
            use = new DictionaryUse();
            _dictionaries.Add(dictionary, use);
        }
        use.RowCount += rowCount;
        if (use.Number >= 0) return true;
        if (use.RowCount < dictionary.Count || dictionary.Count is 0 or > WireVector.MaxDictionaryCount) return false;
        long bytes = SizeOf(dictionary.Values);
        if (_dictionaryBytes + bytes > WireVector.MaxDictionaryBytes) return false;
        _dictionaryBytes += bytes;
        use.Number = _dictionaryCount++;
        return true;
    }

    private void WriteDictionary(VectorDictionary dictionary, int header, ByteWriter target)
    {
        DictionaryUse use = _dictionaries[dictionary];
        target.WriteInt32(use.Number);
        target.WriteUInt32(dictionary.IsSorted ? WireVector.IsSorted : 0);
        if (use.IsSent) return;
        use.IsSent = true;
        target.Written(header + 2, 1)[0] |= WireVector.HasValues;
        WriteVector(dictionary.Values, dictionary.Count, target);
    }

    private static void WriteValidity(ulong* validity, int count, ByteWriter target)
    {
        int wordCount = (count + 63) / 64;
        target.WriteUInt64s(new ReadOnlySpan<ulong>(validity, wordCount));
        // Bits past the last row are undefined in a vector.
        if (count % 64 != 0) target.Written(target.Length - 8, 8)[(count % 64 / 8)..].Clear();
        if (count % 8 != 0) target.Written(target.Length - 8 + (count % 64 / 8), 1)[0] = PartialByte(validity, count);
    }

    private static byte PartialByte(ulong* validity, int count) =>
        (byte)(((byte*)validity)[count / 8] & ((1 << (count % 8)) - 1));

    private void WriteElements(byte* data, int size, ulong* validity, int count, ByteWriter target)
    {
        int start = target.Length;
        target.WriteBytes(new ReadOnlySpan<byte>(data, count * size));
        if (validity is not null)
        {
            Span<byte> written = target.Written(start, count * size);
            for (int word = 0; word < (count + 63) / 64; word++)
            {
                ulong nulls = ~validity[word];
                for (; nulls != 0; nulls &= nulls - 1)
                {
                    int row = (word * 64) + BitOperations.TrailingZeroCount(nulls);
                    if (row >= count) break;
                    written.Slice(row * size, size).Clear();
                }
            }
        }
        Pad(target);
    }

    private void WriteTexts(Utf8View* views, ulong* validity, int count, int header, ByteWriter target)
    {
        long bytes = 0;
        int longest = 0;
        for (int i = 0; i < count; i++)
        {
            int length = LengthOf(views, validity, i);
            bytes += length;
            longest = Math.Max(longest, length);
        }
        if (bytes > RpcLimits.MaxBodyBytes)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Too much text for one message: {bytes} bytes in {count} values",
                hint: "A single value must stay well below 64 MiB.");
        }
        int width = longest <= byte.MaxValue ? 1 : longest <= ushort.MaxValue ? 2 : 4;
        target.Written(header + 3, 1)[0] = (byte)width;
        WriteLengths(views, validity, count, width, target);
        target.WriteInt32((int)bytes);
        target.WriteInt32(0);
        CopyTexts(views, validity, count, target.Append((int)bytes));
        Pad(target);
    }

    private void WriteLengths(Utf8View* views, ulong* validity, int count, int width, ByteWriter target)
    {
        fixed (byte* lengths = target.Append(count * width))
        {
            for (int i = 0; i < count; i++)
            {
                int length = LengthOf(views, validity, i);
                if (width == 1) lengths[i] = (byte)length;
                else if (width == 2) ((ushort*)lengths)[i] = (ushort)length;
                else ((int*)lengths)[i] = length;
            }
        }
        Pad(target);
    }

    /// <summary>Copies the texts; those that lie one behind the other go in one piece.</summary>
    private static void CopyTexts(Utf8View* views, ulong* validity, int count, Span<byte> target)
    {
        byte* run = null;
        int runLength = 0, done = 0;
        for (int i = 0; i < count; i++)
        {
            int length = LengthOf(views, validity, i);
            if (length == 0) continue;
            if (views[i].Pointer != run + runLength)
            {
                new ReadOnlySpan<byte>(run, runLength).CopyTo(target[done..]);
                done += runLength;
                run = views[i].Pointer;
                runLength = 0;
            }
            runLength += length;
        }
        new ReadOnlySpan<byte>(run, runLength).CopyTo(target[done..]);
    }

    private static int LengthOf(Utf8View* views, ulong* validity, int row) =>
        IsValid(validity, row) ? views[row].Length : 0;

    private static bool IsValid(ulong* validity, int row) => validity is null || (validity[row >> 6] >> row & 1) != 0;

    private void WriteLists(ListView* lists, ulong* validity, int count, ColumnVector elements, ByteWriter target)
    {
        List<Range> ranges = [];
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            ListView list = IsValid(validity, i) ? lists[i] : default;
            target.WriteInt32(list.Length);
            total = checked(total + list.Length);
            AddRange(ranges, list.Offset, list.Length);
        }
        Pad(target);
        if (total > WireVector.MaxElements)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Too many elements for one message: {total} in {count} lists");
        }
        WriteRanges(elements, ranges, total, target);
    }

    /// <summary>Writes the elements that lists refer to, in their order, and no others.</summary>
    private void WriteRanges(ColumnVector vector, List<Range> ranges, int count, ByteWriter target)
    {
        if (ranges.Count == 0 || (ranges.Count == 1 && ranges[0].Start.Value == 0))
        {
            WriteVector(vector, count, target);
            return;
        }
        using ColumnVector flat = new(vector.Type);
        vector.Flatten(flat);
        using ColumnVector picked = new(vector.Type);
        VectorRanges.Copy(flat, ranges, count, picked);
        WriteVector(picked, count, target);
    }

    private static void AddRange(List<Range> ranges, int offset, int length)
    {
        if (length == 0) return;
        if (ranges.Count > 0 && ranges[^1].End.Value == offset) ranges[^1] = ranges[^1].Start.Value..(offset + length);
        else ranges.Add(offset..(offset + length));
    }

    private static bool HasNulls(ColumnVector vector, int count)
    {
        if (vector.Validity is null) return false;
        int full = count / 64;
        if (new ReadOnlySpan<ulong>(vector.Validity, full).ContainsAnyExcept(ulong.MaxValue)) return true;
        return count % 64 != 0 && (~vector.Validity[full] & ((1UL << (count % 64)) - 1)) != 0;
    }

    private static long SizeOf(ColumnVector values)
    {
        if (values.Lane != PhysicalType.Utf8) return (long)values.Count * values.Lane.SizeBytes();
        long bytes = (long)values.Count * sizeof(Utf8View);
        for (int i = 0; i < values.Count; i++) bytes += ((Utf8View*)values.Data)[i].Length;
        return bytes;
    }

    private void Pad(ByteWriter target) => target.Append(-(target.Length - _origin) & 7).Clear();

    private void DisposeGathered()
    {
        foreach (ColumnVector column in _gathered ?? []) column.Dispose();
        _gathered = null;
    }

    /// <summary>A dictionary in this stream.</summary>
    private sealed class DictionaryUse
    {
        /// <summary>Rows that have used it.</summary>
        public long RowCount { get; set; }

        /// <summary>Its number in the stream, or -1 when it goes in no form.</summary>
        public int Number { get; set; } = -1;

        /// <summary>True when its values have been written.</summary>
        public bool IsSent { get; set; }
    }
}
