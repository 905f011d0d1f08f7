namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Line numbers for messages. They are counted only when one is asked for: from the last place that was counted to, so
/// that rejects in order cost one more pass over the file in all.
/// </summary>
internal sealed class CsvLines(CsvText text, long linesBeforeData)
{
    private const int BufferBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly SortedList<long, long> _counted = new() { [text.DataStart] = linesBeforeData };

    /// <summary>Lines before the first row.</summary>
    public long LinesBeforeData => linesBeforeData;

    /// <summary>
    /// Line of the byte at an offset, from 1; the block that has the byte may know the lines before it.
    /// </summary>
    public long LineAt(long offset, CsvBlock block)
    {
        if (block.LinesBefore >= 0) return block.LinesBefore + Count(block, (int)(offset - block.FileOffset)) + 1;
        return CountTo(offset) + 1;
    }

    /// <summary>Says how many lines end before an offset, so that they need not be counted.</summary>
    public void Assume(long offset, long lines)
    {
        lock (_lock) _counted[offset] = lines;
    }

    /// <summary>Line ends before an offset.</summary>
    public long CountTo(long offset)
    {
        lock (_lock)
        {
            int index = _counted.Count - 1;
            while (index > 0 && _counted.GetKeyAtIndex(index) > offset) index--;
            long at = _counted.GetKeyAtIndex(index), lines = _counted.GetValueAtIndex(index);
            byte[] buffer = new byte[Math.Min(BufferBytes, Math.Max(offset - at, 0))];
            while (at < offset)
            {
                int read = text.Input.File.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, offset - at)));
                if (read == 0) break;
                lines += buffer.AsSpan(0, read).Count(text.Dialect.NewLine);
                at += read;
                if (read == BufferBytes) _counted[at] = lines;
            }
            _counted[at] = lines;
            return lines;
        }
    }

    /// <summary>Line ends in the first bytes of a block.</summary>
    public unsafe long Count(CsvBlock block, int length) =>
        new ReadOnlySpan<byte>(block.Data, length).Count(text.Dialect.NewLine);
}
