namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// Whether a filter that may be left out, because an operator above tests the same, takes enough rows away to pay for
/// itself. One that does not rests for a while, and is tried again: data change along a table.
/// </summary>
internal sealed class FilterUse(bool mayRest)
{
    private const int TrialRows = 32 * 1024;
    private const int RestVectors = 128;
    private const double LeastTaken = 0.1;
    private long _tested;
    private long _passed;
    private int _resting;

    /// <summary>True when rows before and after are to be told.</summary>
    public bool Counts => mayRest;

    /// <summary>False while the filter rests.</summary>
    public bool IsDue() => _resting == 0 || --_resting == 0;

    /// <summary>Tells how many of the rows before it passed.</summary>
    public void Add(int before, int after)
    {
        _tested += before;
        _passed += after;
        if (_tested < TrialRows) return;
        if (_tested - _passed < _tested * LeastTaken) _resting = RestVectors;
        _tested = _passed = 0;
    }
}
