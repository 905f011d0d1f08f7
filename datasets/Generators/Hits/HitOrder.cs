namespace ColFrag.Datasets.Generators.Hits;

/// <summary>
/// The rows of each run in the order of a database sorted by counter, day, user and time. Only numbers of rows are
/// kept, of the few runs that are being made.
/// </summary>
internal sealed class HitOrder(HitScale scale, Scrambling random)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Lazy<long[]>> _runs = [];

    /// <summary>The numbers of a run's rows, sorted.</summary>
    public long[] Of(int run)
    {
        Lazy<long[]> rows;
        lock (_lock)
        {
            // Pieces are asked for about in order: runs before the last one are done.
            foreach (int old in _runs.Keys.Where(other => other < run - 1).ToArray()) _runs.Remove(old);
            if (!_runs.TryGetValue(run, out rows!)) _runs[run] = rows = new Lazy<long[]>(() => Sort(run));
        }
        return rows.Value;
    }

    private long[] Sort(int run)
    {
        List<Key> keys = [];
        for (long id = run; id < scale.Sessions; id += scale.Runs)
        {
            HitSession session = HitSession.Of(id, scale, random);
            (long first, long end) = HitSession.HitsOf(id);
            ulong user = Scrambling.Mix((ulong)session.User);
            for (long row = first; row < Math.Min(end, scale.Rows); row++)
            {
                int second = Hit.SecondOf(row, session, (int)(row - first), random);
                keys.Add(new Key(((long)session.Counter << 8) | (long)session.Day, user, second, row));
            }
        }
        keys.Sort();
        return [.. keys.Select(key => key.Row)];
    }

    private readonly record struct Key(long CounterAndDay, ulong User, int Second, long Row) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            int order = CounterAndDay.CompareTo(other.CounterAndDay);
            if (order == 0) order = User.CompareTo(other.User);
            if (order == 0) order = Second.CompareTo(other.Second);
            return order != 0 ? order : Row.CompareTo(other.Row);
        }
    }
}
