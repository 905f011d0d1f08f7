namespace ColFrag.Engine.Execution;

/// <summary>
/// How much of what a statement reads has been read. Counts are added by all lanes; somebody is told at each hundredth
/// and when all is read, by the lane that got there, one report after another.
/// </summary>
/// <param name="report">Is told rows read, rows in all, pieces read, pieces in all.</param>
internal sealed class ScanProgress(Action<long, long, long, long> report)
{
    private const int Steps = 100;

    private readonly Lock _lock = new();
    private long _rowsRead;
    private long _rowsTotal;
    private long _piecesRead;
    private long _piecesTotal;
    private long _reportedStep;

    /// <summary>A scan begins that reads so much.</summary>
    public void Expect(long rows, long pieces)
    {
        lock (_lock)
        {
            _rowsTotal += rows;
            _piecesTotal += pieces;
            _reportedStep = Step();
        }
    }

    /// <summary>So much more has been read.</summary>
    public void Add(long rows, long pieces)
    {
        lock (_lock)
        {
            _rowsRead += rows;
            _piecesRead += pieces;
            long step = Step();
            bool isLast = pieces > 0 && _piecesRead == _piecesTotal;
            if (step == _reportedStep && !isLast) return;
            _reportedStep = step;
            report(_rowsRead, _rowsTotal, _piecesRead, _piecesTotal);
        }
    }

    private long Step() => _rowsTotal > 0 ? (long)((Int128)_rowsRead * Steps / _rowsTotal)
        : _piecesTotal > 0 ? _piecesRead * Steps / _piecesTotal : 0;
}
