using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Finds at a place in a text the longest symbol of a table: symbols of three bytes and more by a hash of the first
/// three, in chains of decreasing length; shorter ones by their bytes.
/// </summary>
internal sealed unsafe class FsstIndex
{
    private const int Slots = 2048;

    // Per code: the symbol, a mask of its bytes, its length, the next code in its chain. All pinned.
    private readonly Entry[] _entries = GC.AllocateArray<Entry>(256, pinned: true);
    private readonly short[] _heads = GC.AllocateArray<short>(Slots, pinned: true);

    // The symbol of two bytes, else of one, else -1, by two bytes; and that of one byte alone.
    private readonly short[] _pairs = GC.AllocateArray<short>(65_536, pinned: true);
    private readonly short[] _singles = GC.AllocateArray<short>(256, pinned: true);

    /// <summary>Indexes a table.</summary>
    public FsstIndex(FsstTable table)
    {
        Array.Fill(_heads, (short)-1);
        Array.Fill(_pairs, (short)-1);
        Array.Fill(_singles, (short)-1);
        for (short code = 0; code < table.Count; code++)
        {
            int length = table.Lengths[code];
            _entries[code] = new Entry(table.Symbols[code], ulong.MaxValue >> (64 - (8 * length)), (short)length, -1);
            if (length != 1) continue;
            byte first = (byte)table.Symbols[code];
            _singles[first] = code;
            for (int second = 0; second < 256; second++) _pairs[(second << 8) | first] = code;
        }
        for (short code = 0; code < table.Count; code++)
        {
            if (table.Lengths[code] == 2) _pairs[(ushort)table.Symbols[code]] = code;
        }
        // Shorter ones are put in first and so end up behind the longer.
        for (int length = 3; length <= FsstTable.MaxSymbolBytes; length++)
        {
            for (short code = 0; code < table.Count; code++)
            {
                if (table.Lengths[code] != length) continue;
                int slot = SlotOf(table.Symbols[code]);
                _entries[code] = _entries[code] with { Next = _heads[slot] };
                _heads[slot] = code;
            }
        }
    }

    /// <summary>Compresses a text; returns the bytes written, at most twice its own. Reads no byte past it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Encode(byte* text, int length, byte* target)
    {
        byte* at = text, end = text + length, to = target;
        while (end - at >= 8) at += Step(Unsafe.ReadUnaligned<ulong>(at), 8, ref to);
        // The last bytes are a word that is shifted down as they are used up.
        int left = (int)(end - at);
        ulong word = LoadTail(text, end, left);
        while (left > 0)
        {
            int used = Step(word, left, ref to);
            word >>= 8 * used;
            left -= used;
        }
        return (int)(to - target);
    }

    /// <summary>The code of the longest symbol at a place of a text, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindLongest(byte* at, long remaining)
    {
        if (remaining >= 8) return FindLongest(Unsafe.ReadUnaligned<ulong>(at), 8);
        return FindLongest(LoadTail(at, at + remaining, (int)remaining), (int)remaining);
    }

    /// <summary>Writes the code for the start of a word; returns how many of its bytes it stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Step(ulong word, int remaining, ref byte* to)
    {
        int code = FindLongest(word, remaining);
        if (code >= 0)
        {
            *to++ = (byte)code;
            return Entries[code].Length;
        }
        to[0] = FsstTable.Escape;
        to[1] = (byte)word;
        to += 2;
        return 1;
    }

    /// <summary>
    /// The code of the longest symbol at the start of a word, of which so many bytes are text; or -1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindLongest(ulong word, int remaining)
    {
        if (remaining >= 3)
        {
            int code = Pointer(_heads)[SlotOf(word)];
            while (code >= 0)
            {
                Entry* entry = Entries + code;
                if (((word ^ entry->Symbol) & entry->Keep) == 0 && entry->Length <= remaining) return code;
                code = entry->Next;
            }
        }
        return remaining >= 2 ? Pointer(_pairs)[(ushort)word] : Pointer(_singles)[(byte)word];
    }

    private Entry* Entries => (Entry*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_entries));

    private static short* Pointer(short[] pinned) =>
        (short*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    /// <summary>The last bytes of a text, at most seven, as a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadTail(byte* start, byte* end, int left)
    {
        if (left == 0) return 0;
        // Where there are eight bytes before the end, one load and a shift.
        if (end - start >= 8) return Unsafe.ReadUnaligned<ulong>(end - 8) >> (64 - (8 * left));
        ulong word = 0;
        for (int i = 0; i < left; i++) word |= (ulong)(end - left)[i] << (8 * i);
        return word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(ulong word) => (int)((uint)(word & 0xFFFFFF) * 2971215073u >> 21);

    private readonly record struct Entry(ulong Symbol, ulong Keep, short Length, short Next);
}
