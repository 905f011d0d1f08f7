using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>Distinct texts in byte order, and the code of each row.</summary>
internal sealed unsafe class DistinctTexts
{
    private DistinctTexts(Utf8View[] sorted, long[] codes, long bytes)
    {
        Sorted = sorted;
        Codes = codes;
        Bytes = bytes;
    }

    /// <summary>The texts; they point where the rows' texts do.</summary>
    public Utf8View[] Sorted { get; }

    /// <summary>The code of each row.</summary>
    public long[] Codes { get; }

    /// <summary>Bytes of the distinct texts.</summary>
    public long Bytes { get; }

    /// <summary>Number of distinct texts.</summary>
    public int Count => Sorted.Length;

    /// <summary>Finds them; null when there are more than a limit.</summary>
    public static DistinctTexts? Find(Utf8View* values, int count, int limit)
    {
        // Open addressing; a slot holds the number of the text plus one.
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Math.Min(count, limit + 1) * 2));
        int[] table = new int[slots];
        List<Utf8View> texts = [];
        long[] codes = new long[count];
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (i > 0 && values[i].SameAs(values[i - 1]))
            {
                codes[i] = codes[i - 1];
                continue;
            }
            int slot = (int)Hashing.OfBytes(values[i].Pointer, values[i].Length) & (slots - 1);
            while (table[slot] != 0 && !texts[table[slot] - 1].SameAs(values[i])) slot = (slot + 1) & (slots - 1);
            if (table[slot] == 0)
            {
                if (texts.Count == limit) return null;
                texts.Add(values[i]);
                bytes += values[i].Length;
                table[slot] = texts.Count;
            }
            codes[i] = table[slot] - 1;
        }
        Utf8View[] sorted = [.. texts];
        int[] order = new int[sorted.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        sorted.AsSpan().Sort(order, static (x, y) => x.CompareTo(y));
        int[] ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        for (int i = 0; i < count; i++) codes[i] = ranks[codes[i]];
        return new DistinctTexts(sorted, codes, bytes);
    }
}
