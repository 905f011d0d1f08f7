using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Open addressing over the hash of any keys. A slot is the upper half of the hash and the first row of a chain; rows
/// of a chain have equal keys.
/// </summary>
internal sealed unsafe class HashJoinIndex : JoinIndex
{
    private readonly HashJoinNode _node;
    private readonly ColumnBuffer[] _keys;
    private readonly NativeBuffer _slots;
    private readonly ulong _mask;
    private readonly BloomFilter? _bloom;

    public HashJoinIndex(HashJoinNode node, RowBuffer rows, MemoryAccount account)
    {
        _node = node;
        _keys = [.. node.Keys.Select(k => rows.Columns[k.Build])];
        long size = 64;
        while (size < 2 * rows.Count) size *= 2;
        _mask = (ulong)size - 1;
        _slots = NativeBuffer.AllocateZeroed(size * sizeof(ulong), account);
        if (_keys.Length == 1 && !node.Keys[0].NullsAreEqual) _bloom = new BloomFilter(Math.Max(rows.Count, 1));
        uint* next = AllocateNext(rows.Count, account);
        ColumnVector[] parts = [.. _keys.Select(k => new ColumnVector(k.Type))];
        using RowHash hash = new(account);
        ulong* hashes = stackalloc ulong[Batch.MaxRows];
        for (long first = 0; first < rows.Count; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, rows.Count - first);
            for (int k = 0; k < parts.Length; k++) _keys[k].Slice(first, count, parts[k]);
            hash.Compute(parts, count, hashes);
            for (int i = 0; i < count; i++)
            {
                if (CanMatch(parts, i)) Add(parts, i, (uint)(first + i), hashes[i], next);
            }
        }
        foreach (ColumnVector part in parts) part.Dispose();
    }

    public override void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        if (keys.Length == 1 && keys[0].Shape == VectorShape.Dictionary)
        {
            FindByCode(keys[0], rows, count, heads, scratch);
            return;
        }
        ulong* hashes = (ulong*)scratch.Numbers.Pointer;
        scratch.Hash.Compute(keys, count, hashes);
        for (int i = 0; i < count; i++)
        {
            heads[i] = (rows is null || rows[i]) && CanMatch(keys, i) ? FindRow(keys, i, hashes[i]) : 0;
        }
    }

    public override ScanFilter? CreateFilter(int key) => _bloom is null ? null : ScanFilter.Bloom(0, _bloom);

    public override void Dispose()
    {
        base.Dispose();
        _slots.Release();
    }

    private void FindByCode(ColumnVector vector, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch)
    {
        const uint Unknown = uint.MaxValue;
        VectorDictionary dictionary = vector.Dictionary!;
        if (!ReferenceEquals(dictionary, scratch.Dictionary))
        {
            scratch.Dictionary = dictionary;
            if (scratch.HeadsByCode.Length < dictionary.Count) scratch.HeadsByCode = new uint[dictionary.Count];
            Array.Fill(scratch.HeadsByCode, Unknown);
        }
        ColumnVector[] entry = [dictionary.Values];
        for (int i = 0; i < count; i++)
        {
            heads[i] = 0;
            if (rows is not null && !rows[i]) continue;
            if (!vector.IsValid(i))
            {
                if (_node.Keys[0].NullsAreEqual) heads[i] = FindRow([vector], i, Hashing.Null);
                continue;
            }
            int code = (int)vector.GetCode(i);
            uint head = scratch.HeadsByCode[code];
            if (head == Unknown)
            {
                ulong hash = HashOfEntry(dictionary.Values, code, scratch);
                scratch.HeadsByCode[code] = head = FindRow(entry, code, hash);
            }
            heads[i] = head;
        }
    }

    private static ulong HashOfEntry(ColumnVector values, int code, JoinProbeScratch scratch)
    {
        if (values.Type.Physical == PhysicalType.Utf8)
        {
            Utf8View text = ((Utf8View*)values.Data)[code];
            return Hashing.OfBytes(text.Pointer, text.Length);
        }
        using ColumnVector one = new(values.Type);
        ushort row = 0;
        if (code <= ushort.MaxValue)
        {
            row = (ushort)code;
            values.Gather(&row, 1, one);
        }
        else
        {
            int number = code;
            one.ResetFlat(1);
            one.Count = 1;
            ElementGather.ToFlat(values, &number, 1, one.Data);
        }
        ulong hash;
        scratch.Hash.Compute([one], 1, &hash);
        return hash;
    }

    private void Add(ColumnVector[] keys, int at, uint row, ulong hash, uint* next)
    {
        _bloom?.Add(hash);
        ulong* slots = (ulong*)_slots.Pointer;
        ulong tag = hash & 0xFFFF_FFFF_0000_0000;
        ulong slot = hash & _mask;
        for (; slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            if ((slots[slot] & 0xFFFF_FFFF_0000_0000) != tag) continue;
            uint head = (uint)slots[slot];
            if (!AreEqual(keys, at, head - 1)) continue;
            next[row] = head;
            IsUnique = false;
            break;
        }
        slots[slot] = tag | (row + 1);
    }

    private uint FindRow(ColumnVector[] keys, int at, ulong hash)
    {
        ulong* slots = (ulong*)_slots.Pointer;
        ulong tag = hash & 0xFFFF_FFFF_0000_0000;
        for (ulong slot = hash & _mask; slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            if ((slots[slot] & 0xFFFF_FFFF_0000_0000) == tag && AreEqual(keys, at, (uint)slots[slot] - 1))
                return (uint)slots[slot];
        }
        return 0;
    }

    private bool CanMatch(ColumnVector[] keys, int row)
    {
        for (int k = 0; k < keys.Length; k++)
        {
            if (!_node.Keys[k].NullsAreEqual && !keys[k].IsValid(row)) return false;
        }
        return true;
    }

    private bool AreEqual(ColumnVector[] keys, int at, uint row)
    {
        for (int k = 0; k < keys.Length; k++)
        {
            if (!JoinKeyEquality.AreEqual(keys[k], at, _keys[k], row)) return false;
        }
        return true;
    }
}
