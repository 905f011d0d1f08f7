namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// The keys of a segment's rows as numbers in order, each with its row: where duplicates are looked for, and rows by
/// key. Rows with a NULL in the key equal no other and are left out; deleted rows are in. In memory, or in pages of a
/// file that come and go.
/// </summary>
internal abstract class SegmentKeys : IDisposable
{
    /// <summary>True when equal numbers mean equal keys.</summary>
    public abstract bool IsExact { get; }

    /// <summary>Keys.</summary>
    public abstract int Count { get; }

    /// <summary>Pages, none of them empty.</summary>
    public abstract int PageCount { get; }

    /// <summary>The largest number; 0 without keys.</summary>
    public abstract ulong Last { get; }

    /// <summary>Bytes that this object holds in memory.</summary>
    public abstract long SizeBytes { get; }

    /// <summary>The smallest number of a page.</summary>
    public abstract ulong FirstOf(int page);

    /// <summary>A page, for the caller to release.</summary>
    /// <exception cref="Errors.CorruptDataException">It is damaged.</exception>
    public abstract KeyPage OpenPage(int page);

    /// <summary>False when no row certainly has the number.</summary>
    public virtual bool MayContain(ulong number) => Count > 0 && number >= FirstOf(0) && number <= Last;

    /// <summary>Another holder of the same keys.</summary>
    public abstract SegmentKeys Share();

    public abstract void Dispose();

    /// <summary>The rows whose key has a number.</summary>
    public IEnumerable<int> RowsOf(ulong number)
    {
        if (!MayContain(number)) yield break;
        using KeyCursor cursor = new(this);
        for (bool isFound = cursor.Seek(number); isFound; isFound = cursor.Next() && cursor.Number == number)
        {
            yield return cursor.Row;
        }
    }

    /// <summary>Pairs of rows of this segment with equal numbers.</summary>
    public IEnumerable<(int First, int Second)> Repeated()
    {
        using KeyCursor cursor = new(this);
        List<int> rows = [];
        ulong number = 0;
        while (cursor.Next())
        {
            if (cursor.Number != number) rows.Clear();
            number = cursor.Number;
            foreach (int row in rows) yield return (row, cursor.Row);
            rows.Add(cursor.Row);
        }
    }

    /// <summary>Pairs of rows of this segment and of another one with equal numbers.</summary>
    public IEnumerable<(int Mine, int Theirs)> Matches(SegmentKeys other)
    {
        if (Count == 0 || other.Count == 0 || Last < other.FirstOf(0) || FirstOf(0) > other.Last) yield break;
        // Few keys against many are searched for, many against many are merged.
        bool isSearch = Count * 16L < other.Count;
        using KeyCursor mine = new(this), theirs = new(other);
        while (mine.Next() && !theirs.IsAtEnd)
        {
            if (isSearch && !other.MayContain(mine.Number)) continue;
            if (!theirs.Seek(mine.Number)) continue;
            using KeyCursor equal = theirs.Copy();
            do yield return (mine.Row, equal.Row);
            while (equal.Next() && equal.Number == mine.Number);
        }
    }

    /// <summary>The last page whose first number is below a number; 0 when there is none.</summary>
    internal int LastPageBelow(ulong number)
    {
        int low = 0, high = PageCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (FirstOf(middle) < number) low = middle + 1;
            else high = middle;
        }
        return Math.Max(0, low - 1);
    }
}
