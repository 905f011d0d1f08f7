using System.Runtime.InteropServices;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Distinct texts, numbered from 1 in the order in which they came, but that the empty one, which is told without
/// hashing, may come before some neighbours; their bytes are kept. Open addressing with linear
/// probing: a slot is the upper 32 bits of the hash, which say where it is, and the number. For one thread.
/// </summary>
internal sealed unsafe class TextTable : IDisposable
{
    private const int FirstSlots = 512;
    private const ulong TagBits = 0xFFFF_FFFF_0000_0000;
    // Beyond this many slots, a text is looked for in memory that no cache holds: then what the texts of a chunk need
    // is asked for together.
    private const uint CachedSlots = 1 << 14;
    private const int ChunkTexts = 32;
    private readonly MemoryAccount _account;
    private NativeBuffer _slots;
    private NativeBuffer _views;
    private uint _mask;
    private bool _appends;

    // The number of the empty text, which many columns have in many rows; 0 until it came.
    private uint _empty;

    public TextTable(MemoryAccount account)
    {
        _account = account;
        _slots = NativeBuffer.AllocateZeroed(FirstSlots * sizeof(ulong), account);
        _views = NativeBuffer.Allocate(((FirstSlots / 2) + 1) * sizeof(Utf8View), account);
        _mask = FirstSlots - 1;
        Text = new Arena(account);
    }

    /// <summary>True where the bytes of texts stay where they are until the next reset: they are not copied.</summary>
    public bool Borrows { get; set; }

    /// <summary>Number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>Where the bytes are.</summary>
    public Arena Text { get; }

    /// <summary>The text with a number.</summary>
    public Utf8View this[uint number] => ((Utf8View*)_views.Pointer)[number - 1];

    /// <summary>The number of a text, a new one if it was never seen.</summary>
    public uint Add(Utf8View text) => Add(text, Hashing.OfBytes(text.Pointer, text.Length));

    /// <summary>The numbers of texts; 0 where the validity bit is 0, with null for all ones.</summary>
    public void AddAll(Utf8View* texts, ulong* validity, int count, uint* numbers)
    {
        ulong* hashes = stackalloc ulong[ChunkTexts];
        byte* others = stackalloc byte[ChunkTexts];
        for (int first = 0; first < count; first += ChunkTexts)
        {
            int n = Math.Min(ChunkTexts, count - first);
            ulong valid = validity is null ? ulong.MaxValue : validity[first >> 6] >> (first & 63);
            if (_appends)
            {
                for (int i = 0; i < n; i++) numbers[first + i] = (valid >> i & 1) != 0 ? Append(texts[first + i]) : 0;
                continue;
            }
            int some = FindOthers(texts + first, valid, n, numbers + first, others);
            for (int k = 0; k < some; k++)
            {
                Utf8View text = texts[first + others[k]];
                hashes[k] = Hashing.OfBytes(text.Pointer, text.Length);
            }
            if (_mask >= CachedSlots) AskFor(hashes, some);
            for (int k = 0; k < some; k++) numbers[first + others[k]] = Add(texts[first + others[k]], hashes[k]);
        }
    }

    /// <summary>
    /// Numbers the empty texts of a chunk, and 0 for what is none; writes where the others are, and returns how many.
    /// Without a branch: which row has a text is as hard to foresee as what it is.
    /// </summary>
    private int FindOthers(Utf8View* texts, ulong valid, int count, uint* numbers, byte* others)
    {
        int found = 0;
        uint validCount = 0;
        for (int i = 0; i < count; i++)
        {
            uint isValid = (uint)(valid >> i) & 1;
            numbers[i] = _empty * isValid;
            others[found] = (byte)i;
            found += texts[i].Length != 0 ? (int)isValid : 0;
            validCount += isValid;
        }
        if (_empty != 0 || found == validCount) return found;
        _empty = Add(default);
        return FindOthers(texts, valid, count, numbers, others);
    }

    /// <summary>The number of a text whose hash is known.</summary>
    public uint Add(Utf8View text, ulong hash)
    {
        ulong* slots = (ulong*)_slots.Pointer;
        Utf8View* views = (Utf8View*)_views.Pointer;
        uint at = (uint)(hash >> 32) & _mask;
        while (slots[at] != 0)
        {
            if (((slots[at] ^ hash) & TagBits) == 0 && views[(uint)slots[at] - 1].SameAs(text)) return (uint)slots[at];
            at = (at + 1) & _mask;
        }
        if (Count * 2L > _mask)
        {
            Grow();
            return Add(text, hash);
        }
        uint number = Append(text);
        slots[at] = (hash & TagBits) | number;
        return number;
    }

    /// <summary>Forgets all texts; room for as many stays.</summary>
    /// <param name="appends">True to give every text of <see cref="AddAll"/> a number of its own from now on.</param>
    public void Reset(bool appends = false)
    {
        Text.Reset();
        Count = 0;
        _empty = 0;
        NativeMemory.Clear(_slots.Pointer, (nuint)((_mask + 1L) * sizeof(ulong)));
        _appends = appends;
    }

    public void Dispose()
    {
        _slots.Release();
        _views.Release();
        Text.Dispose();
    }

    private uint Append(Utf8View text)
    {
        if (Count * 2L > _mask) Grow();
        ((Utf8View*)_views.Pointer)[Count++] =
            Borrows ? text : new Utf8View(Text.Copy(text.Span), text.Length);
        return (uint)Count;
    }

    /// <summary>Asks for the slots of hashes, then for the texts there, then for the bytes of those.</summary>
    private void AskFor(ulong* hashes, int count)
    {
        ulong* slots = (ulong*)_slots.Pointer;
        Utf8View* views = (Utf8View*)_views.Pointer;
        for (int i = 0; i < count; i++) Prefetch.Line(slots + ((uint)(hashes[i] >> 32) & _mask));
        for (int i = 0; i < count; i++)
        {
            // Of an empty slot, a line before the first text: no more than a line for nothing.
            Prefetch.Line(views + (long)(uint)slots[(uint)(hashes[i] >> 32) & _mask] - 1);
        }
        for (int i = 0; i < count; i++)
        {
            uint number = (uint)slots[(uint)(hashes[i] >> 32) & _mask];
            if (number != 0) Prefetch.Line(views[number - 1].Pointer);
        }
    }

    private void Grow()
    {
        long size = ((long)_mask + 1) * 2;
        NativeBuffer slots = NativeBuffer.AllocateZeroed(size * sizeof(ulong), _account);
        NativeBuffer views = NativeBuffer.Allocate(((size / 2) + 1) * sizeof(Utf8View), _account);
        uint mask = (uint)(size - 1);
        Buffer.MemoryCopy(_views.Pointer, views.Pointer, views.Length, (long)Count * sizeof(Utf8View));
        ulong* old = (ulong*)_slots.Pointer;
        ulong* target = (ulong*)slots.Pointer;
        for (long i = 0; i <= _mask; i++)
        {
            if (old[i] == 0) continue;
            uint at = (uint)(old[i] >> 32) & mask;
            while (target[at] != 0) at = (at + 1) & mask;
            target[at] = old[i];
        }
        _slots.Release();
        _views.Release();
        _slots = slots;
        _views = views;
        _mask = mask;
    }
}
