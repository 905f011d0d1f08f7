using System.Numerics;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// A bit for every number that packed keys can have, and the bits before each word counted: a set bit's rank is the
/// place of the key's first row. For keys that are too sparse for an array and dense enough for bits: 1.5 bits per
/// possible key stay in the cache where a hash table of all rows does not. Joins that only ask whether there is a
/// partner need the bits alone.
/// </summary>
internal sealed unsafe class RankJoinIndex : JoinIndex
{
    // Up to this many bits they fit the second-level cache; above, there must be some rows for them.
    private const ulong SmallSize = 1UL << 22;
    private const ulong LargeSize = 1UL << 27;
    private const ulong BitsPerRow = 256;
    private readonly PackedKeys _packing;
    private readonly ulong[] _bits;
    private readonly uint[] _ranks;
    private readonly NativeBuffer? _heads;

    private RankJoinIndex(HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account)
    {
        _packing = packing;
        // The bit of rows without a partner stays clear.
        _bits = new ulong[(packing.Size >> 6) + 1];
        _ranks = [];
        ulong size = packing.Size;
        packing.ForEachBatch(node, rows, (numbers, _, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] != size) _bits[numbers[i] >> 6] |= 1UL << (int)numbers[i];
            }
        });
        if (OnlyAsksForPartners(node)) return;
        _ranks = new uint[_bits.Length];
        uint distinct = 0;
        for (int word = 0; word < _bits.Length; word++)
        {
            _ranks[word] = distinct;
            distinct += (uint)BitOperations.PopCount(_bits[word]);
        }
        _heads = NativeBuffer.AllocateZeroed(Math.Max(1, (long)distinct) * sizeof(uint), account);
        uint* heads = (uint*)_heads.Pointer;
        uint* next = AllocateNext(rows.Count, account);
        packing.ForEachBatch(node, rows, (numbers, first, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (numbers[i] == size) continue;
                uint rank = RankOf(numbers[i]);
                uint row = (uint)(first + i);
                next[row] = heads[rank];
                if (heads[rank] != 0) IsUnique = false;
                heads[rank] = row + 1;
            }
        });
    }

    /// <summary>The index, where keys fit bits.</summary>
    public static RankJoinIndex? TryCreate(
        HashJoinNode node, RowBuffer rows, PackedKeys packing, MemoryAccount account)
    {
        bool fits = packing.Size <= SmallSize ||
            (packing.Size <= LargeSize && packing.Size <= BitsPerRow * (ulong)rows.Count);
        return fits ? new RankJoinIndex(node, rows, packing, account) : null;
    }

    /// <summary>True when a join never looks at the rows of its partners.</summary>
    public static bool OnlyAsksForPartners(HashJoinNode node) =>
        node.Residual is null && node.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark;

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        ulong* numbers = (ulong*)scratch.Numbers.Pointer;
        _packing.Compute(keys, count, numbers);
        uint* first = _heads is null ? null : (uint*)_heads.Pointer;
        for (int i = 0; i < count; i++)
        {
            bool isSet = (_bits[numbers[i] >> 6] >> (int)numbers[i] & 1) != 0;
            if (!isSet) heads[i] = 0;
            else heads[i] = first is null ? 1 : first[RankOf(numbers[i])];
        }
        if (rows is null) return;
        for (int i = 0; i < count; i++)
        {
            if (!rows[i]) heads[i] = 0;
        }
    }

    public override ScanFilter? CreateFilter(int key) => _packing.SingleMin is { } min
        ? ScanFilter.Bitmap(0, min, (long)_packing.Size, _bits) : null;

    public override void Dispose()
    {
        base.Dispose();
        _heads?.Release();
    }

    private uint RankOf(ulong number) => _ranks[number >> 6] +
        (uint)BitOperations.PopCount(_bits[number >> 6] & ((1UL << (int)number) - 1));
}
