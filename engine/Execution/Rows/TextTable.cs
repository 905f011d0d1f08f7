using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Distinct texts, numbered from 1 in the order in which they came; their bytes are kept. Open addressing with linear
/// probing: a slot is 32 bits of the hash and the number. For one thread.
/// </summary>
internal sealed unsafe class TextTable : IDisposable
{
    private const int FirstSlots = 512;
    private readonly MemoryAccount _account;
    private NativeBuffer _slots;
    private NativeBuffer _views;
    private uint _mask;

    public TextTable(MemoryAccount account)
    {
        _account = account;
        _slots = NativeBuffer.AllocateZeroed(FirstSlots * sizeof(ulong), account);
        _views = NativeBuffer.Allocate(FirstSlots / 2 * sizeof(Utf8View), account);
        _mask = FirstSlots - 1;
        Text = new Arena(account);
    }

    /// <summary>Number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>Where the bytes are.</summary>
    public Arena Text { get; }

    /// <summary>The text with a number.</summary>
    public Utf8View this[uint number] => ((Utf8View*)_views.Pointer)[number - 1];

    /// <summary>The number of a text, a new one if it was never seen.</summary>
    public uint Add(Utf8View text) => Add(text, Hashing.OfBytes(text.Pointer, text.Length));

    /// <summary>The number of a text whose hash is known.</summary>
    public uint Add(Utf8View text, ulong hash)
    {
        ulong tag = hash & 0xFFFF_FFFF_0000_0000;
        ulong* slots = (ulong*)_slots.Pointer;
        Utf8View* views = (Utf8View*)_views.Pointer;
        uint at = (uint)hash & _mask;
        while (slots[at] != 0)
        {
            if ((slots[at] & 0xFFFF_FFFF_0000_0000) == tag && views[(uint)slots[at] - 1].SameAs(text))
                return (uint)slots[at];
            at = (at + 1) & _mask;
        }
        if (Count * 2 > _mask)
        {
            Grow();
            return Add(text, hash);
        }
        ((Utf8View*)_views.Pointer)[Count++] = new Utf8View(Text.Copy(text.Span), text.Length);
        slots[at] = tag | (uint)Count;
        return (uint)Count;
    }

    /// <summary>Forgets all texts.</summary>
    public void Reset()
    {
        Text.Reset();
        Count = 0;
        new Span<ulong>((ulong*)_slots.Pointer, (int)_mask + 1).Clear();
    }

    public void Dispose()
    {
        _slots.Release();
        _views.Release();
        Text.Dispose();
    }

    private void Grow()
    {
        long size = ((long)_mask + 1) * 2;
        NativeBuffer slots = NativeBuffer.AllocateZeroed(size * sizeof(ulong), _account);
        NativeBuffer views = NativeBuffer.Allocate(size / 2 * sizeof(Utf8View), _account);
        uint mask = (uint)(size - 1);
        Utf8View* old = (Utf8View*)_views.Pointer;
        ulong* target = (ulong*)slots.Pointer;
        new ReadOnlySpan<Utf8View>(old, Count).CopyTo(new Span<Utf8View>((Utf8View*)views.Pointer, Count));
        for (int i = 0; i < Count; i++)
        {
            // The low half of the hash is not kept; texts are hashed again, which happens once per doubling.
            ulong hash = Hashing.OfBytes(old[i].Pointer, old[i].Length);
            uint at = (uint)hash & mask;
            while (target[at] != 0) at = (at + 1) & mask;
            target[at] = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(i + 1);
        }
        _slots.Release();
        _views.Release();
        _slots = slots;
        _views = views;
        _mask = mask;
    }
}
