namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// Collects the threads that one step leads to, in order of preference, and the rows of slots they share: two threads
/// have the same row where their slots come from the same row and note the same places.
/// </summary>
internal sealed class StepBuilder(PatternInstruction[] instructions)
{
    /// <summary>In place of a row: all slots are empty.</summary>
    public const int NoRow = -1;

    private readonly bool[] _isIn = new bool[instructions.Length];
    private readonly List<int> _reached = [];
    private readonly List<(int At, ulong Sets)> _stack = [];
    private readonly List<(int Instruction, int Row)> _threads = [];
    private readonly List<int> _sources = [];
    private readonly List<ulong> _sets = [];

    /// <summary>The threads; a match is the last.</summary>
    public IReadOnlyList<(int Instruction, int Row)> Threads => _threads;

    /// <summary>Number of rows.</summary>
    public int RowCount => _sources.Count;

    /// <summary>Where each row comes from.</summary>
    public IReadOnlyList<int> Sources => _sources;

    /// <summary>The slots of each row that take the place.</summary>
    public IReadOnlyList<ulong> Sets => _sets;

    /// <summary>True when a thread has matched.</summary>
    public bool HasMatched { get; private set; }

    /// <summary>Forgets the step before.</summary>
    public void Begin()
    {
        ClearReached();
        _threads.Clear();
        _sources.Clear();
        _sets.Clear();
        HasMatched = false;
    }

    /// <summary>Follows a thread to all places where it waits for a byte or for the end.</summary>
    public void Reach(int start, int row, bool isTextStart)
    {
        // Threads behind a match are never preferred to it.
        if (HasMatched) return;
        _stack.Clear();
        _stack.Add((start, 0));
        while (_stack.Count > 0)
        {
            (int at, ulong sets) = Take();
            if (!Enter(at)) continue;
            PatternInstruction instruction = instructions[at];
            bool isEnd = instruction.Op == PatternOp.Place && instruction.Place == PlaceKind.TextEnd;
            if (instruction.Op is PatternOp.Bytes or PatternOp.Match || isEnd)
            {
                _threads.Add((at, RowOf(row, sets)));
                HasMatched = instruction.Op == PatternOp.Match;
                if (HasMatched) return;
            }
            else if (instruction.Op != PatternOp.Place || isTextStart)
            {
                Follow(instruction, sets);
            }
        }
    }

    /// <summary>True when a thread that waits for the end matches there, with the slots that note it.</summary>
    public bool MatchesAtEnd(int place, out ulong sets)
    {
        ClearReached();
        _stack.Clear();
        _stack.Add((place, 0));
        while (_stack.Count > 0)
        {
            (int at, sets) = Take();
            if (!Enter(at)) continue;
            PatternInstruction instruction = instructions[at];
            if (instruction.Op == PatternOp.Match) return true;
            bool isWrong = instruction.Op == PatternOp.Bytes ||
                (instruction.Op == PatternOp.Place && instruction.Place != PlaceKind.TextEnd);
            if (!isWrong) Follow(instruction, sets);
        }
        sets = 0;
        return false;
    }

    private void Follow(in PatternInstruction instruction, ulong sets)
    {
        if (instruction.Op == PatternOp.Split) _stack.Add((instruction.Other, sets));
        if (instruction.Op == PatternOp.Save) sets |= 1UL << instruction.Other;
        _stack.Add((instruction.Next, sets));
    }

    private (int At, ulong Sets) Take()
    {
        (int At, ulong Sets) last = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return last;
    }

    private bool Enter(int at)
    {
        if (_isIn[at]) return false;
        _isIn[at] = true;
        _reached.Add(at);
        return true;
    }

    private void ClearReached()
    {
        foreach (int at in _reached) _isIn[at] = false;
        _reached.Clear();
    }

    private int RowOf(int source, ulong sets)
    {
        for (int row = 0; row < _sources.Count; row++)
        {
            if (_sources[row] == source && _sets[row] == sets) return row;
        }
        _sources.Add(source);
        _sets.Add(sets);
        return _sources.Count - 1;
    }
}
