using System.Runtime.CompilerServices;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Collects the distinct texts of a column while its blocks arrive, giving each a code in order of arrival.
/// </summary>
internal sealed unsafe class SegmentDictionaryBuilder(MemoryAccount account, ValueCollector collector) : IDisposable
{
    // Masks that keep the first bytes of a word.
    private static readonly ulong[] Keep =
        [.. Enumerable.Range(0, 17).Select(n => n == 0 ? 0 : ulong.MaxValue >> (64 - (8 * Math.Min(8, n))))];

    private readonly Arena _texts = new(account, 1 << 16);
    private Entry[] _entries = new Entry[256];

    // For each code of a dictionary the number of its text here plus one, 0 where it has not come yet, and in the upper
    // half the length of the text.
    private readonly Dictionary<VectorDictionary, ulong[]> _known = [];

    // While all texts come from one sorted dictionary, different codes are different texts: none is looked for.
    private VectorDictionary? _only;
    private bool _hasOthers;

    // Open addressing; a slot holds an entry's number plus one.
    private int[] _slots = new int[1 << 10];

    /// <summary>Number of distinct texts.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the distinct texts.</summary>
    public long TextBytes { get; private set; }

    /// <summary>One text by its code.</summary>
    public Utf8View this[int code] => _entries[code].Text;

    /// <summary>
    /// Writes the code of each row; NULL rows repeat the one before. Returns the bytes of all texts. Sixteen bytes from
    /// each text's start must be readable, as they are in an arena.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Add(Utf8View* texts, ulong* validity, int count, uint* codes)
    {
        long bytes = 0;
        uint previous = 0;
        if (!_hasOthers) BeginOthers();
        for (int i = 0; i < count; i++)
        {
            if (validity is not null && !Bitmap.IsSet(validity, i))
            {
                codes[i] = previous;
                continue;
            }
            bytes += texts[i].Length;
            // Texts that were copied once (of a dictionary or a constant) are the same by address.
            bool isSame = i > 0 && texts[i].Pointer == texts[i - 1].Pointer && texts[i].Length == texts[i - 1].Length &&
                (validity is null || Bitmap.IsSet(validity, i - 1));
            if (!isSame) previous = Find(texts[i]);
            codes[i] = previous;
        }
        return bytes;
    }

    /// <summary>
    /// The same of rows that are codes: each text is looked at once per dictionary that it comes in.
    /// </summary>
    public long Add(in StagedCodes rows, uint* codes)
    {
        long bytes = 0;
        int first = rows.Dictionaries[0].First;
        new Span<uint>(codes, first).Clear();
        uint previous = 0;
        for (int d = 0; d < rows.Dictionaries.Count; d++)
        {
            VectorDictionary dictionary = rows.Dictionaries[d].Dictionary;
            int end = d + 1 < rows.Dictionaries.Count ? rows.Dictionaries[d + 1].First : rows.Count;
            bytes += Add(rows, dictionary, first, end, codes, ref previous);
            first = end;
        }
        return bytes;
    }

    /// <summary>The texts in byte order, and for each code its place there.</summary>
    public (Utf8View[] Sorted, int[] Ranks) Sort()
    {
        if (!_hasOthers && _only is not null) return SortByCode();
        Utf8View[] sorted = new Utf8View[Count];
        for (int i = 0; i < sorted.Length; i++) sorted[i] = _entries[i].Text;
        int[] order = new int[sorted.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        sorted.AsSpan().Sort(order, static (x, y) => x.CompareTo(y));
        int[] ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return (sorted, ranks);
    }

    /// <inheritdoc/>
    public void Dispose() => _texts.Dispose();

    /// <summary>Codes of a sorted dictionary are in the order of their texts already.</summary>
    private (Utf8View[] Sorted, int[] Ranks) SortByCode()
    {
        Utf8View[] sorted = new Utf8View[Count];
        int[] ranks = new int[Count];
        int rank = 0;
        foreach (ulong entry in _known[_only!])
        {
            if (entry == 0) continue;
            int number = (int)(uint)entry - 1;
            sorted[rank] = _entries[number].Text;
            ranks[number] = rank++;
        }
        return (sorted, ranks);
    }

    /// <summary>From now on equal texts can come from several sides: those so far get their slots.</summary>
    private void BeginOthers()
    {
        _hasOthers = true;
        for (int entry = 0; entry < Count; entry++)
        {
            Utf8View text = _entries[entry].Text;
            (ulong low, ulong high, ulong hash) = KeyOf(text);
            _entries[entry] = new Entry(text, low, high, hash);
        }
        while (Count * 2 > _slots.Length) _slots = new int[_slots.Length * 4];
        FillSlots(_slots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Add(
        in StagedCodes rows, VectorDictionary dictionary, int first, int end, uint* codes, ref uint previous)
    {
        _only ??= dictionary;
        // Others than sorted dictionaries might name a text twice.
        if (!_hasOthers && !(dictionary.IsSorted && ReferenceEquals(_only, dictionary))) BeginOthers();
        if (!_known.TryGetValue(dictionary, out ulong[]? known))
        {
            _known.Add(dictionary, known = new ulong[dictionary.Count]);
        }
        long bytes = 0;
        uint last = previous;
        uint* source = rows.Codes;
        ulong* validity = rows.Validity;
        Utf8View* texts = (Utf8View*)dictionary.Values.Data;
        for (int i = first; i < end; i++)
        {
            if (validity is null || Bitmap.IsSet(validity, i))
            {
                uint code = source[i];
                ulong entry = known[code];
                if (entry == 0) known[code] = entry = FindAnywhere(texts[code]);
                bytes += (long)(entry >> 32);
                last = (uint)entry - 1;
            }
            codes[i] = last;
        }
        previous = last;
        return bytes;
    }

    /// <summary>
    /// The number of a text, of which no byte behind its end may be read, plus one; in the upper half its length.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong FindAnywhere(Utf8View text)
    {
        uint number;
        if (!_hasOthers)
        {
            number = AddEntry(text, 0, 0, 0);
        }
        else if (text.Length is 0 or > 16)
        {
            number = Find(text);
        }
        else
        {
            byte* padded = stackalloc byte[16];
            text.Span.CopyTo(new Span<byte>(padded, text.Length));
            number = Find(new Utf8View(padded, text.Length));
        }
        return (number + 1UL) | (ulong)text.Length << 32;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Find(in Utf8View text)
    {
        (ulong low, ulong high, ulong hash) = KeyOf(text);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            int number = _slots[slot];
            if (number == 0) return Add(text, low, high, hash, slot);
            ref Entry entry = ref _entries[number - 1];
            if (entry.Low == low && entry.High == high && entry.Text.Length == text.Length &&
                (text.Length <= 16 || entry.Text.SameAs(text)))
            {
                return (uint)number - 1;
            }
        }
    }

    /// <summary>What a text is found by; short ones are two masked words, without a branch on the length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Low, ulong High, ulong Hash) KeyOf(in Utf8View text)
    {
        if (text.Length > 16)
        {
            ulong hash = Hashing.OfBytes(text.Pointer, text.Length);
            return (hash, 0, hash);
        }
        ulong low = 0, high = 0;
        if (text.Length > 0)
        {
            low = Unsafe.ReadUnaligned<ulong>(text.Pointer) & Keep[text.Length];
            high = Unsafe.ReadUnaligned<ulong>(text.Pointer + 8) & Keep[Math.Max(0, text.Length - 8)];
        }
        return (low, high, Hashing.OfPair(low, high ^ ((ulong)text.Length << 56)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Add(in Utf8View text, ulong low, ulong high, ulong hash, int slot)
    {
        uint code = AddEntry(text, low, high, hash);
        _slots[slot] = Count;
        if (Count * 2 > _slots.Length) Grow();
        return code;
    }

    private uint AddEntry(in Utf8View text, ulong low, ulong high, ulong hash)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        Utf8View copy = text.Length == 0 ? default : new Utf8View(_texts.Copy(text.Span), text.Length);
        _entries[Count++] = new Entry(copy, low, high, hash);
        TextBytes += text.Length;
        collector.Add(SketchHash.OfText(text.Span));
        return (uint)Count - 1;
    }

    private void Grow()
    {
        int[] slots = new int[_slots.Length * 4];
        FillSlots(slots);
        _slots = slots;
    }

    private void FillSlots(int[] slots)
    {
        int mask = slots.Length - 1;
        for (int entry = 0; entry < Count; entry++)
        {
            int slot = (int)_entries[entry].Hash & mask;
            while (slots[slot] != 0) slot = (slot + 1) & mask;
            slots[slot] = entry + 1;
        }
    }

    /// <summary>A text with what it is found by: its bytes in two words where it is short, else its hash.</summary>
    private readonly record struct Entry(Utf8View Text, ulong Low, ulong High, ulong Hash);
}
