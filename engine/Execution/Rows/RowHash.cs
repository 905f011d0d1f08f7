using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Hashes of rows over some columns, the same whatever the shape of the vectors; values that are equal in SQL hash
/// alike, and NULL has a hash of its own. For one thread.
/// </summary>
internal sealed unsafe class RowHash(MemoryAccount account, ulong seed) : IDisposable
{
    /// <summary>Entries of which all are hashed when the dictionary first comes.</summary>
    private const int FewEntries = Batch.MaxRows / 4;

    /// <summary>Dictionaries that are remembered.</summary>
    private const int MostKnown = 64;

    private readonly NativeBuffer _next = NativeBuffer.Allocate(Batch.MaxRows * sizeof(ulong), account);

    // Hashes of the entries of dictionaries that came lately.
    private readonly Dictionary<VectorDictionary, EntryHashes> _known = [];

    /// <summary>Hashes of this process.</summary>
    public RowHash(MemoryAccount account) : this(account, Hashing.Seed)
    {
    }

    /// <summary><c>hashes[i]</c> = hash of row i over the columns, at least one.</summary>
    public void Compute(ReadOnlySpan<ColumnVector> columns, int count, ulong* hashes)
    {
        Compute(columns[0], count, hashes);
        for (int c = 1; c < columns.Length; c++)
        {
            ulong* next = (ulong*)_next.Pointer;
            Compute(columns[c], count, next);
            Hashing.Combine(hashes, next, count);
        }
    }

    public void Dispose()
    {
        _next.Release();
        Forget();
    }

    private void Compute(ColumnVector vector, int count, ulong* hashes)
    {
        if (vector.IsConstant)
        {
            ulong hash = OfRow(vector, 0);
            new Span<ulong>(hashes, count).Fill(hash);
            return;
        }
        if (vector.Shape == VectorShape.Dictionary)
        {
            ComputeCodes(vector, count, hashes);
        }
        else
        {
            ComputeElements(vector, count, hashes);
        }
        if (!vector.HasNulls) return;
        for (int i = 0; i < count; i++)
        {
            if (!vector.IsValid(i)) hashes[i] = Hashing.OfNull(seed);
        }
    }

    private void ComputeCodes(ColumnVector vector, int count, ulong* hashes)
    {
        ColumnVector values = vector.Dictionary!.Values;
        if (FindEntryHashes(vector.Dictionary, count) is not { } entries)
        {
            for (int i = 0; i < count; i++) hashes[i] = vector.IsValid(i) ? OfRow(values, (int)vector.GetCode(i)) : 0;
            return;
        }
        ulong* byEntry = (ulong*)entries.Pointer;
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: Gather.Codes(byEntry, values.Count, vector.Data, count, hashes); break;
            case PhysicalType.UInt16: Gather.Codes(byEntry, values.Count, (ushort*)vector.Data, count, hashes); break;
            default: Gather.Codes(byEntry, values.Count, (uint*)vector.Data, count, hashes); break;
        }
    }

    /// <summary>The hash of every entry; null while fewer rows came than there are entries.</summary>
    private NativeBuffer? FindEntryHashes(VectorDictionary dictionary, int rows)
    {
        if (!_known.TryGetValue(dictionary, out EntryHashes? entries))
        {
            if (_known.Count >= MostKnown) Forget();
            _known.Add(dictionary, entries = new EntryHashes());
        }
        if (entries.Hashes is not null) return entries.Hashes;
        entries.Rows += rows;
        ColumnVector values = dictionary.Values;
        if (values.Count > FewEntries && entries.Rows < values.Count) return null;
        entries.Hashes = NativeBuffer.TryAllocate(Math.Max(1L, values.Count) * sizeof(ulong), account);
        if (entries.Hashes is { } made) ComputeElements(values, values.Count, (ulong*)made.Pointer);
        return entries.Hashes;
    }

    private void Forget()
    {
        foreach (EntryHashes entries in _known.Values) entries.Hashes?.Release();
        _known.Clear();
    }

    private void ComputeElements(ColumnVector vector, int count, ulong* hashes)
    {
        switch (vector.Type.Physical)
        {
            case PhysicalType.Utf8:
                Utf8View* views = (Utf8View*)vector.Data;
                for (int i = 0; i < count; i++)
                {
                    if (vector.IsValid(i)) hashes[i] = Hashing.OfBytes(views[i].Pointer, views[i].Length, seed);
                }
                return;
            case PhysicalType.Float32:
                for (int i = 0; i < count; i++) hashes[i] = Hashing.OfDouble(((float*)vector.Data)[i], seed);
                return;
            case PhysicalType.Float64:
                for (int i = 0; i < count; i++) hashes[i] = Hashing.OfDouble(((double*)vector.Data)[i], seed);
                return;
            case PhysicalType.Int128 when vector.Shape != VectorShape.Narrow || vector.Lane == PhysicalType.UInt64
                || (long)vector.Base != vector.Base:
                for (int i = 0; i < count; i++) hashes[i] = Hashing.OfInteger(vector.GetInteger(i), seed);
                return;
            case PhysicalType.UInt64 or PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct
                or PhysicalType.Array or PhysicalType.None:
                for (int i = 0; i < count; i++) hashes[i] = OfRow(vector, i);
                return;
        }
        long add = (long)vector.Base;
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: Hashing.Integers(vector.Data, add, count, hashes, seed); break;
            case PhysicalType.UInt16: Hashing.Integers((ushort*)vector.Data, add, count, hashes, seed); break;
            case PhysicalType.UInt32: Hashing.Integers((uint*)vector.Data, add, count, hashes, seed); break;
            case PhysicalType.Int8: Hashing.Integers((sbyte*)vector.Data, add, count, hashes, seed); break;
            case PhysicalType.Int16: Hashing.Integers((short*)vector.Data, add, count, hashes, seed); break;
            case PhysicalType.Int32: Hashing.Integers((int*)vector.Data, add, count, hashes, seed); break;
            case PhysicalType.Int64: Hashing.Integers((long*)vector.Data, add, count, hashes, seed); break;
            default: throw Invariant.Unreachable($"hash of lane {vector.Lane}");
        }
    }

    /// <summary>The hash of one value; NULL too.</summary>
    private ulong OfRow(ColumnVector vector, int row)
    {
        if (!vector.IsValid(row)) return Hashing.OfNull(seed);
        if (vector.IsConstant) row = 0;
        switch (vector.Type.Physical)
        {
            case PhysicalType.Utf8:
                Utf8View view = vector.GetUtf8(row);
                return Hashing.OfBytes(view.Pointer, view.Length, seed);
            case PhysicalType.Float32 or PhysicalType.Float64:
                return Hashing.OfDouble(vector.GetDouble(row), seed);
            case PhysicalType.Interval:
                if (vector.Shape == VectorShape.Dictionary)
                    return OfRow(vector.Dictionary!.Values, (int)vector.GetCode(row));
                return Hashing.OfInteger(vector.As<Interval>()[row].Span, seed);
            case PhysicalType.List:
                ListView list = vector.As<ListView>()[row];
                return OfElements(vector.Children[0], list.Offset, list.Length);
            case PhysicalType.Array:
                return OfElements(vector.Children[0], row * vector.Type.Length, vector.Type.Length);
            case PhysicalType.Struct:
                ulong hash = Hashing.OfInteger((ulong)vector.Children.Length, seed);
                foreach (ColumnVector child in vector.Children) hash = Hashing.Combine(hash, OfRow(child, row));
                return hash;
            default:
                return Hashing.OfInteger(vector.GetInteger(row), seed);
        }
    }

    private ulong OfElements(ColumnVector elements, int first, int count)
    {
        ulong hash = Hashing.OfInteger((ulong)count, seed);
        for (int i = 0; i < count; i++) hash = Hashing.Combine(hash, OfRow(elements, first + i));
        return hash;
    }

    /// <summary>Rows of a dictionary that came, and the hashes of its entries once they are worth it.</summary>
    private sealed class EntryHashes
    {
        public long Rows { get; set; }

        public NativeBuffer? Hashes { get; set; }
    }
}
