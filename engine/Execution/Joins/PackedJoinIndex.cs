using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Open addressing over packed integer keys, for keys too sparse for bits: a slot is the number of a key and its first
/// row, so that one comparison of words decides. Slots are in regions, which lanes fill side by side: a search that
/// comes to the end of its region goes on at the region's beginning.
/// </summary>
internal sealed unsafe class PackedJoinIndex : JoinIndex
{
    // Fewer rows are not worth a second pass over their keys.
    private const long FewestRowsOfRegion = 1 << 15;

    // Slots of more than this many do not stay in the second-level cache: then those of later rows are asked for while
    // earlier rows are compared.
    private const ulong CachedSlots = 1 << 15;
    private const int RowsAhead = 16;

    private readonly HashJoinNode _node;
    private readonly RowBuffer _rows;
    private readonly PackedKeys _packing;
    private readonly NativeBuffer _slots;
    private readonly ulong _mask;
    private readonly uint* _next;
    private readonly int _regions;
    private readonly BloomFilter? _bloom;

    /// <param name="node">The join.</param>
    /// <param name="rows">The build side.</param>
    /// <param name="packing">Its keys as numbers.</param>
    /// <param name="account">Counts the memory.</param>
    /// <param name="lanes">How many lanes may make the index; with 1 it is made here.</param>
    public PackedJoinIndex(HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account, int lanes = 1)
    {
        _node = node;
        _rows = rows;
        _packing = packing;
        long size = 64;
        while (size < 2 * rows.Count) size *= 2;
        _mask = (ulong)size - 1;
        _slots = NativeBuffer.AllocateZeroed(size * sizeof(Slot), account);
        _bloom = packing.SingleMin is null ? null : new BloomFilter(Math.Max(rows.Count, 1));
        _next = AllocateNext(rows.Count, account);
        _regions = 1;
        while (_regions < lanes && rows.Count / (2 * _regions) >= FewestRowsOfRegion) _regions *= 2;
        RegionMask = (_mask + 1) / (ulong)_regions - 1;
        if (_regions > 1) return;
        FillRegion(0);
        FillBloom();
    }

    /// <summary>A step for each region, and one for the bloom filter.</summary>
    public override int StepCount => _regions == 1 ? 0 : _bloom is null ? _regions : _regions + 1;

    private ulong RegionMask { get; }

    public override void RunStep(int step)
    {
        if (step < _regions) FillRegion((ulong)step);
        else FillBloom();
    }

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        ulong* numbers = (ulong*)scratch.Numbers.Pointer;
        _packing.Compute(keys, count, numbers);
        ulong* places = stackalloc ulong[Batch.MaxRows];
        for (int i = 0; i < count; i++) places[i] = Hashing.OfInteger(numbers[i]) & _mask;
        Slot* slots = (Slot*)_slots.Pointer;
        int ahead = _mask >= CachedSlots ? RowsAhead : count;
        for (int i = 0; i < count; i++)
        {
            if (i + ahead < count) Prefetch.Line(slots + places[i + ahead]);
            heads[i] = 0;
            if (numbers[i] == _packing.Size || (rows is not null && !rows[i])) continue;
            ulong place = places[i];
            while (slots[place].Head != 0 && slots[place].Number != numbers[i]) place = After(place);
            heads[i] = slots[place].Head;
        }
    }

    public override ScanFilter? CreateFilter(int key) => _bloom is null ? null : ScanFilter.Bloom(0, _bloom);

    public override void Dispose()
    {
        base.Dispose();
        _slots.Release();
    }

    private ulong After(ulong place) => (place & ~RegionMask) | ((place + 1) & RegionMask);

    /// <summary>Adds the rows whose slots are in a region.</summary>
    private void FillRegion(ulong region)
    {
        Slot* slots = (Slot*)_slots.Pointer;
        ulong* places = stackalloc ulong[Batch.MaxRows];
        ushort* mine = stackalloc ushort[Batch.MaxRows];
        bool isUnique = true;
        ulong used = 0;
        ulong first = region * (RegionMask + 1);
        PackedKeys packing = _packing;
        packing.ForEachBatch(_node, _rows, (numbers, firstRow, count) =>
        {
            int found = 0;
            for (int i = 0; i < count; i++)
            {
                places[i] = Hashing.OfInteger(numbers[i]) & _mask;
                mine[found] = (ushort)i;
                found += places[i] - first <= RegionMask & numbers[i] != packing.Size ? 1 : 0;
            }
            for (int n = 0; n < found; n++)
            {
                if (n + RowsAhead < found) Prefetch.Line(slots + places[mine[n + RowsAhead]]);
                int i = mine[n];
                ulong place = places[i];
                while (slots[place].Head != 0 && slots[place].Number != numbers[i]) place = After(place);
                uint row = (uint)(firstRow + i);
                uint head = slots[place].Head;
                _next[row] = head;
                isUnique &= head == 0;
                // Half of all slots stay free, and hashes share them out: a region that is full does not happen.
                if (head == 0) Errors.Invariant.Holds(++used <= RegionMask);
                slots[place] = new Slot(numbers[i], row + 1);
            }
        });
        if (!isUnique) IsUnique = false;
    }

    private void FillBloom()
    {
        if (_bloom is null) return;
        Int128 min = _packing.SingleMin ?? 0;
        ulong size = _packing.Size;
        _packing.ForEachBatch(_node, _rows, (numbers, _, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] != size) _bloom.Add(Hashing.OfInteger(min + numbers[i]));
            }
        });
    }

    /// <summary>A key and its first row plus 1; row 0 is none.</summary>
    private readonly record struct Slot(ulong Number, uint Head);
}
