using ColFrag.Engine.Time;

namespace ColFrag.Worker.Fragments;

/// <summary>
/// Lets one at a time work on the files of a segment, so that a copy that arrives is never mixed with one that is being
/// deleted or made twice.
/// </summary>
internal sealed class SegmentLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Entry> _entries = [];

    /// <summary>Waits for the segment; it is free again when the result is disposed of.</summary>
    public async ValueTask<IDisposable> EnterAsync(long segment, CancellationToken cancellationToken = default)
    {
        Entry entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(segment, out entry!)) _entries.Add(segment, entry = new Entry());
            entry.UserCount++;
        }
        try
        {
            return new Holder(this, segment, entry, await entry.Turn.EnterAsync(cancellationToken));
        }
        catch
        {
            Leave(segment, entry);
            throw;
        }
    }

    private void Leave(long segment, Entry entry)
    {
        lock (_lock)
        {
            if (--entry.UserCount > 0) return;
            _entries.Remove(segment);
        }
    }

    private sealed class Entry
    {
        public Gate Turn { get; } = new();

        public int UserCount { get; set; }
    }

    private sealed class Holder(SegmentLocks owner, long segment, Entry entry, IDisposable turn) : IDisposable
    {
        private bool _isReleased;

        public void Dispose()
        {
            if (_isReleased) return;
            _isReleased = true;
            turn.Dispose();
            owner.Leave(segment, entry);
        }
    }
}
