using System.Runtime.Intrinsics;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using IntegerLanes = ColFrag.Engine.Execution.Expressions.IntegerLanes;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// An array over the range of one integer key: element (key - smallest) is the first row with that key. For keys that
/// fill a fair part of their range, as numbered rows do: one load finds the partner, and nothing is compared.
/// </summary>
internal sealed unsafe class DenseJoinIndex : JoinIndex
{
    // Up to this range the array fits the second-level cache and needs no density.
    private const long SmallRange = 1 << 18;
    private const long LargeRange = 1L << 30;
    private readonly NativeBuffer _heads;
    private readonly LogicalType _type;
    private readonly Int128 _min;
    private readonly long _range;
    private readonly long _distinct;

    private DenseJoinIndex(int column, RowBuffer rows, Int128 min, long range, MemoryAccount account)
    {
        _type = rows.Columns[column].Type;
        _min = min;
        _range = range;
        // The last element stays 0: keys outside of the range are sent there.
        _heads = NativeBuffer.AllocateZeroed((range + 1) * sizeof(uint), account);
        uint* heads = (uint*)_heads.Pointer;
        uint* next = AllocateNext(rows.Count, account);
        using ColumnVector part = new(_type);
        ulong* keys = stackalloc ulong[Batch.MaxRows];
        for (long first = 0; first < rows.Count; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, rows.Count - first);
            rows.Columns[column].Slice(first, count, part);
            using ColumnVector flat = new(_type);
            part.Flatten(flat);
            IntegerLanes.Convert(flat.Data, flat.Lane, count, -min, sizeof(ulong), (byte*)keys);
            for (int i = 0; i < count; i++)
            {
                if (!flat.IsValid(i)) continue;
                uint row = (uint)(first + i);
                uint head = heads[keys[i]];
                next[row] = head;
                heads[keys[i]] = row + 1;
                if (head == 0) _distinct++;
                else IsUnique = false;
            }
        }
    }

    /// <summary>The index, where the key allows it.</summary>
    public static DenseJoinIndex? TryCreate(HashJoinNode node, RowBuffer rows, KeyRange[] ranges, MemoryAccount account)
    {
        if (node.Keys.Count != 1 || node.Keys[0].NullsAreEqual) return null;
        int column = node.Keys[0].Build;
        LogicalType type = rows.Columns[column].Type;
        if (!type.Physical.IsInteger() || !ranges[0].HasValues) return null;
        UInt128 range = (UInt128)(ranges[0].Max - ranges[0].Min);
        if (range >= (UInt128)LargeRange) return null;
        long size = (long)range + 1;
        return size <= SmallRange || size <= 16 * rows.Count
            ? new DenseJoinIndex(column, rows, ranges[0].Min, size, account)
            : null;
    }

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        ColumnVector vector = keys[0];
        uint* array = (uint*)_heads.Pointer;
        if (vector.IsConstant)
        {
            uint head = vector.IsValid(0) ? array[Place(vector.GetInteger(0))] : 0;
            new Span<uint>(heads, count).Fill(head);
        }
        else if (vector.Shape == VectorShape.Dictionary)
        {
            for (int i = 0; i < count; i++) heads[i] = vector.IsValid(i) ? array[Place(vector.GetInteger(i))] : 0;
        }
        else
        {
            FindInLanes(vector, count, heads, (ulong*)scratch.Numbers.Pointer);
        }
        if (rows is null) return;
        for (int i = 0; i < count; i++)
        {
            if (!rows[i]) heads[i] = 0;
        }
    }

    public override ScanFilter? CreateFilter(int key)
    {
        Value min = Value.Integer(_type, _min);
        Value max = Value.Integer(_type, _min + _range - 1);
        // A bitmap pays where it takes something away.
        if (_distinct > _range * 9 / 10 || _range > 1L << 27) return ScanFilter.Range(0, min, max);
        ulong[] bits = new ulong[(_range + 63) >> 6];
        uint* heads = (uint*)_heads.Pointer;
        for (int word = 0; word < bits.Length; word++)
        {
            long first = (long)word * 64;
            int count = (int)Math.Min(64, _range - first);
            bits[word] = count == 64 && Vector512.IsHardwareAccelerated
                ? PresentVector(heads + first) : PresentScalar(heads + first, count);
        }
        return ScanFilter.Bitmap(0, _min, _range, bits);
    }

    private static ulong PresentScalar(uint* heads, int count)
    {
        ulong bits = 0;
        for (int i = 0; i < count; i++) bits |= (heads[i] != 0 ? 1UL : 0) << i;
        return bits;
    }

    private static ulong PresentVector(uint* heads)
    {
        ulong absent = 0;
        for (int part = 0; part < 4; part++)
        {
            Vector512<uint> sixteen = Vector512.Load(heads + (16 * part));
            absent |= Vector512.Equals(sixteen, Vector512<uint>.Zero).ExtractMostSignificantBits() << (16 * part);
        }
        return ~absent;
    }

    public override void Dispose()
    {
        base.Dispose();
        _heads.Release();
    }

    private long Place(Int128 value)
    {
        UInt128 place = (UInt128)(value - _min);
        return place < (UInt128)_range ? (long)place : _range;
    }

    private void FindInLanes(ColumnVector vector, int count, uint* heads, ulong* places)
    {
        uint* array = (uint*)_heads.Pointer;
        ulong range = (ulong)_range;
        if (vector.Lane == PhysicalType.Int128)
        {
            for (int i = 0; i < count; i++) heads[i] = array[Place(((Int128*)vector.Data)[i])];
        }
        else
        {
            IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base - _min, sizeof(ulong), (byte*)places);
            for (int i = 0; i < count; i++) heads[i] = array[Math.Min(places[i], range)];
        }
        if (!vector.HasNulls) return;
        for (int i = 0; i < count; i++)
        {
            if (!vector.IsValid(i)) heads[i] = 0;
        }
    }
}
