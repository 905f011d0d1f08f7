namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// The program as a deterministic automaton whose states, sets of instructions, are made when they are first reached. A
/// byte of text costs one lookup. Knows the ends of the text, no other conditions. For one thread.
/// </summary>
internal sealed class PatternAutomaton
{
    private const int MaxStates = 4096;
    private const int Unknown = -1;
    private const int Dead = 0;

    private readonly PatternProgram _program;
    private readonly bool _isAnchored;
    private readonly byte[] _classes;
    private readonly byte[] _samples;
    private readonly Dictionary<StateKey, int> _known = [];
    private readonly List<int[]> _states = [];
    private readonly List<bool> _isMatch = [];
    private readonly List<bool> _isMatchAtEnd = [];
    private readonly List<int> _stack = [];
    private readonly bool[] _isIn;
    private int[] _next = [];

    /// <param name="program">The program; without inner places.</param>
    /// <param name="isAnchored">True where a match begins at the first byte; else it may begin anywhere.</param>
    public PatternAutomaton(PatternProgram program, bool isAnchored)
    {
        _program = program;
        _isAnchored = isAnchored;
        _isIn = new bool[program.Instructions.Count];
        ByteClasses classes = new(program);
        (_classes, _samples) = (classes.Of, classes.Samples);
        Forget();
    }

    /// <summary>True when the text has a match.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text, int start)
    {
        int state = StartState(start == 0);
        int stride = _samples.Length;
        for (int i = start; i < text.Length; i++)
        {
            if (_isMatch[state]) return true;
            int next = _next[(state * stride) + _classes[text[i]]];
            state = next != Unknown ? next : Step(state, _classes[text[i]]);
            if (state == Dead) return false;
        }
        return _isMatch[state] || _isMatchAtEnd[state];
    }

    /// <summary>Where the longest, or shortest, match that begins at a place ends; -1 where none does.</summary>
    public int FindEnd(ReadOnlySpan<byte> text, int start, bool isLongest)
    {
        int state = StartState(start == 0);
        int stride = _samples.Length;
        int end = -1;
        for (int i = start; i < text.Length; i++)
        {
            if (_isMatch[state])
            {
                end = i;
                if (!isLongest) return end;
            }
            int next = _next[(state * stride) + _classes[text[i]]];
            state = next != Unknown ? next : Step(state, _classes[text[i]]);
            if (state == Dead) return end;
        }
        return _isMatch[state] || _isMatchAtEnd[state] ? text.Length : end;
    }

    private void Forget()
    {
        _known.Clear();
        _states.Clear();
        _isMatch.Clear();
        _isMatchAtEnd.Clear();
        _next = new int[16 * _samples.Length];
        // State 0 is the set of nothing.
        AddState([], isMatch: false, isMatchAtEnd: false);
        Array.Fill(_next, Dead, 0, _samples.Length);
    }

    private int StartState(bool isTextStart)
    {
        // The numbers of start states are looked up once per text; the sets are small.
        Reach(_program.Start, isTextStart, isTextEnd: false);
        return EndSet();
    }

    private int Step(int state, int byteClass)
    {
        byte sample = _samples[byteClass];
        foreach (int at in _states[state])
        {
            PatternInstruction instruction = _program.Instructions[at];
            bool takes = instruction.Op == PatternOp.Bytes && sample >= instruction.Low && sample <= instruction.High;
            if (takes) Reach(instruction.Next, isTextStart: false, isTextEnd: false);
        }
        if (!_isAnchored) Reach(_program.Start, isTextStart: false, isTextEnd: false);
        bool mayKeep = _states.Count < MaxStates;
        if (!mayKeep) Forget();
        int next = EndSet();
        if (mayKeep) _next[(state * _samples.Length) + byteClass] = next;
        return next;
    }

    private void Reach(int start, bool isTextStart, bool isTextEnd)
    {
        _stack.Add(start);
        while (_stack.Count > 0)
        {
            int at = _stack[^1];
            _stack.RemoveAt(_stack.Count - 1);
            if (_isIn[at]) continue;
            _isIn[at] = true;
            PatternInstruction instruction = _program.Instructions[at];
            switch (instruction.Op)
            {
                case PatternOp.Split:
                    _stack.Add(instruction.Other);
                    _stack.Add(instruction.Next);
                    break;
                case PatternOp.Save:
                    _stack.Add(instruction.Next);
                    break;
                case PatternOp.Place:
                    bool holds = instruction.Place == PlaceKind.TextStart ? isTextStart : isTextEnd;
                    if (holds) _stack.Add(instruction.Next);
                    break;
            }
        }
    }

    private int EndSet()
    {
        List<int> set = [];
        bool isMatch = false;
        bool waitsForEnd = false;
        for (int i = 0; i < _isIn.Length; i++)
        {
            if (!_isIn[i]) continue;
            _isIn[i] = false;
            PatternInstruction instruction = _program.Instructions[i];
            isMatch |= instruction.Op == PatternOp.Match;
            bool isEnd = instruction.Op == PatternOp.Place && instruction.Place == PlaceKind.TextEnd;
            waitsForEnd |= isEnd;
            if (instruction.Op is PatternOp.Bytes or PatternOp.Match || isEnd) set.Add(i);
        }
        StateKey key = new([.. set]);
        if (_known.TryGetValue(key, out int known)) return known;
        return AddState(key.Set, isMatch, waitsForEnd && MatchesAtEnd(set));
    }

    private bool MatchesAtEnd(List<int> set)
    {
        foreach (int at in set)
        {
            PatternInstruction instruction = _program.Instructions[at];
            if (instruction.Op == PatternOp.Place) Reach(instruction.Next, isTextStart: false, isTextEnd: true);
        }
        bool isMatch = false;
        for (int i = 0; i < _isIn.Length; i++)
        {
            isMatch |= _isIn[i] && _program.Instructions[i].Op == PatternOp.Match;
            _isIn[i] = false;
        }
        return isMatch;
    }

    private int AddState(int[] set, bool isMatch, bool isMatchAtEnd)
    {
        int state = _states.Count;
        int stride = _samples.Length;
        if ((state + 1) * stride > _next.Length) Array.Resize(
            ref _next, Math.Max(_next.Length * 2, (state + 1) * stride));
        Array.Fill(_next, Unknown, state * stride, stride);
        _states.Add(set);
        _isMatch.Add(isMatch);
        _isMatchAtEnd.Add(isMatchAtEnd);
        _known[new StateKey(set)] = state;
        return state;
    }

    private readonly struct StateKey(int[] set) : IEquatable<StateKey>
    {
        public int[] Set => set;

        public bool Equals(StateKey other) => set.AsSpan().SequenceEqual(other.Set);

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (int at in set) hash.Add(at);
            return hash.ToHashCode();
        }
    }
}
