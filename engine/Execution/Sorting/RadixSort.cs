using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Sorts entries by their packed keys: least significant digit first, a byte at a time, leaving out bytes that are the
/// same in all keys; few entries by insertion. Rows with equal keys stay in their order. Where keys are not exact, runs
/// of equal keys are then sorted by value.
/// </summary>
internal static unsafe class RadixSort
{
    private const int FewEntries = 48;

    /// <summary>
    /// Sorts; <paramref name="order"/> decides between equal keys from <paramref name="firstKey"/> on, null when keys
    /// decide.
    /// </summary>
    public static void Sort(SortEntry* entries, long count, RowOrder? order, int firstKey, MemoryAccount account)
    {
        if (count <= FewEntries) Insert(entries, count);
        else SortByBytes(entries, count, account);
        if (order is null) return;
        for (long first = 0; first < count;)
        {
            long end = first + 1;
            while (end < count && entries[end].Key == entries[first].Key) end++;
            if (end - first > 1) MergeSort(entries + first, end - first, order, firstKey, account);
            first = end;
        }
    }

    private static void Insert(SortEntry* entries, long count)
    {
        for (long i = 1; i < count; i++)
        {
            SortEntry entry = entries[i];
            long at = i;
            for (; at > 0 && entries[at - 1].Key > entry.Key; at--) entries[at] = entries[at - 1];
            entries[at] = entry;
        }
    }

    private static void SortByBytes(SortEntry* entries, long count, MemoryAccount account)
    {
        ulong all = ulong.MaxValue;
        ulong any = 0;
        bool isSorted = true;
        ulong last = 0;
        for (long i = 0; i < count; i++)
        {
            ulong key = entries[i].Key;
            all &= key;
            any |= key;
            isSorted &= last <= key;
            last = key;
        }
        if (isSorted) return;
        ulong differing = all ^ any;
        using NativeLease other = new(count * sizeof(SortEntry), account);
        SortEntry* from = entries;
        SortEntry* to = (SortEntry*)other.Pointer;
        long* starts = stackalloc long[256];
        for (int shift = 0; shift < 64; shift += 8)
        {
            if ((differing >> shift & 0xFF) == 0) continue;
            new Span<long>(starts, 256).Clear();
            for (long i = 0; i < count; i++) starts[from[i].Key >> shift & 0xFF]++;
            long next = 0;
            for (int digit = 0; digit < 256; digit++)
            {
                long n = starts[digit];
                starts[digit] = next;
                next += n;
            }
            for (long i = 0; i < count; i++) to[starts[from[i].Key >> shift & 0xFF]++] = from[i];
            SortEntry* swap = from;
            from = to;
            to = swap;
        }
        if (from != entries) Buffer.MemoryCopy(from, entries, count * sizeof(SortEntry), count * sizeof(SortEntry));
    }

    /// <summary>Bottom-up merge sort by value: few comparisons, each of which may follow pointers.</summary>
    private static void MergeSort(SortEntry* entries, long count, RowOrder order, int firstKey, MemoryAccount account)
    {
        const int Run = 8;
        for (long first = 0; first < count; first += Run)
            InsertByValue(entries + first, Math.Min(Run, count - first), order, firstKey);
        if (count <= Run) return;
        using NativeLease other = new(count * sizeof(SortEntry), account);
        SortEntry* from = entries;
        SortEntry* to = (SortEntry*)other.Pointer;
        for (long width = Run; width < count; width *= 2)
        {
            for (long first = 0; first < count; first += 2 * width)
            {
                long middle = Math.Min(first + width, count);
                Merge(from, first, middle, Math.Min(first + (2 * width), count), to, order, firstKey);
            }
            SortEntry* swap = from;
            from = to;
            to = swap;
        }
        if (from != entries) Buffer.MemoryCopy(from, entries, count * sizeof(SortEntry), count * sizeof(SortEntry));
    }

    private static void InsertByValue(SortEntry* entries, long count, RowOrder order, int firstKey)
    {
        for (long i = 1; i < count; i++)
        {
            SortEntry entry = entries[i];
            long at = i;
            for (; at > 0 && order.Compare(entries[at - 1], entry, firstKey) > 0; at--) entries[at] = entries[at - 1];
            entries[at] = entry;
        }
    }

    private static void Merge(
        SortEntry* from, long left, long right, long end, SortEntry* to, RowOrder order, int firstKey)
    {
        long middle = right;
        for (long i = left; i < end; i++)
        {
            bool takesLeft = left < middle && (right >= end || order.Compare(from[left], from[right], firstKey) <= 0);
            to[i] = takesLeft ? from[left++] : from[right++];
        }
    }
}
