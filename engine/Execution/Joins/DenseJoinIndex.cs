using System.Runtime.Intrinsics;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// An array over the numbers that packed keys can have: an element is the first row with that key. For keys that fill a
/// fair part of their range, as numbered rows do: one load finds the partner, and nothing is compared.
/// </summary>
internal sealed unsafe class DenseJoinIndex : JoinIndex
{
    // Up to this range the array fits the second-level cache and needs no density.
    private const ulong SmallSize = 1 << 18;
    private const ulong LargeSize = 1 << 30;
    private const ulong PlacesPerRow = 4;
    private readonly NativeBuffer _heads;
    private readonly PackedKeys _packing;
    private readonly LogicalType _type;
    private readonly long _distinct;

    private DenseJoinIndex(HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account)
    {
        _packing = packing;
        _type = node.Build.Output[node.Keys[0].Build].Type;
        // The element of rows without a partner stays 0.
        _heads = NativeBuffer.AllocateZeroed(((long)packing.Size + 1) * sizeof(uint), account);
        uint* heads = (uint*)_heads.Pointer;
        uint* next = AllocateNext(rows.Count, account);
        long distinct = 0;
        ulong size = packing.Size;
        packing.ForEachBatch(node, rows, (numbers, first, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] == size) continue;
                uint row = (uint)(first + i);
                uint head = heads[numbers[i]];
                next[row] = head;
                heads[numbers[i]] = row + 1;
                if (head == 0) distinct++;
                else IsUnique = false;
            }
        });
        _distinct = distinct;
    }

    /// <summary>The index, where the keys allow it.</summary>
    public static DenseJoinIndex? TryCreate(
        HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account)
    {
        bool fits = packing.Size <= SmallSize ||
            (packing.Size <= LargeSize && packing.Size <= PlacesPerRow * (ulong)rows.Count);
        return fits ? new DenseJoinIndex(node, rows, packing, account) : null;
    }

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        uint* array = (uint*)_heads.Pointer;
        ulong* numbers = (ulong*)scratch.Numbers.Pointer;
        _packing.Compute(keys, count, numbers);
        for (int i = 0; i < count; i++) heads[i] = array[numbers[i]];
        if (rows is null) return;
        for (int i = 0; i < count; i++)
        {
            if (!rows[i]) heads[i] = 0;
        }
    }

    public override ScanFilter? CreateFilter(int key)
    {
        if (_packing.SingleMin is not { } min) return null;
        long size = (long)_packing.Size;
        // A bitmap pays where it takes something away.
        if (_distinct > size * 9 / 10 || size > 1L << 27)
            return ScanFilter.Range(0, Value.Integer(_type, min), Value.Integer(_type, min + size - 1));
        ulong[] bits = new ulong[(size + 63) >> 6];
        uint* heads = (uint*)_heads.Pointer;
        for (int word = 0; word < bits.Length; word++)
        {
            long first = (long)word * 64;
            int count = (int)Math.Min(64, size - first);
            bits[word] = count == 64 && Vector512.IsHardwareAccelerated
                ? PresentVector(heads + first) : PresentScalar(heads + first, count);
        }
        return ScanFilter.Bitmap(0, min, size, bits);
    }

    public override void Dispose()
    {
        base.Dispose();
        _heads.Release();
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
}
