using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Open addressing over packed integer keys, for keys too sparse for bits: a slot is the number of a key and its first
/// row, so that one comparison of words decides.
/// </summary>
internal sealed unsafe class PackedJoinIndex : JoinIndex
{
    private readonly PackedKeys _packing;
    private readonly NativeBuffer _slots;
    private readonly ulong _mask;
    private readonly BloomFilter? _bloom;

    public PackedJoinIndex(HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account)
    {
        _packing = packing;
        long size = 64;
        while (size < 2 * rows.Count) size *= 2;
        _mask = (ulong)size - 1;
        _slots = NativeBuffer.AllocateZeroed(size * sizeof(Slot), account);
        _bloom = packing.SingleMin is null ? null : new BloomFilter(Math.Max(rows.Count, 1));
        Int128 min = packing.SingleMin ?? 0;
        Slot* slots = (Slot*)_slots.Pointer;
        uint* next = AllocateNext(rows.Count, account);
        packing.ForEachBatch(node, rows, (numbers, first, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] == packing.Size) continue;
                _bloom?.Add(Hashing.OfInteger(min + numbers[i]));
                Slot* slot = slots + (Hashing.OfInteger(numbers[i]) & _mask);
                while (slot->Head != 0 && slot->Number != numbers[i])
                    slot = slot == slots + _mask ? slots : slot + 1;
                uint row = (uint)(first + i);
                next[row] = slot->Head;
                if (slot->Head != 0) IsUnique = false;
                *slot = new Slot(numbers[i], row + 1);
            }
        });
    }

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        ulong* numbers = (ulong*)scratch.Numbers.Pointer;
        _packing.Compute(keys, count, numbers);
        Slot* slots = (Slot*)_slots.Pointer;
        for (int i = 0; i < count; i++)
        {
            heads[i] = 0;
            if (numbers[i] == _packing.Size || (rows is not null && !rows[i])) continue;
            Slot* slot = slots + (Hashing.OfInteger(numbers[i]) & _mask);
            while (slot->Head != 0 && slot->Number != numbers[i]) slot = slot == slots + _mask ? slots : slot + 1;
            heads[i] = slot->Head;
        }
    }

    public override ScanFilter? CreateFilter(int key) => _bloom is null ? null : ScanFilter.Bloom(0, _bloom);

    public override void Dispose()
    {
        base.Dispose();
        _slots.Release();
    }

    /// <summary>A key and its first row plus 1; row 0 is none.</summary>
    private readonly record struct Slot(ulong Number, uint Head);
}
