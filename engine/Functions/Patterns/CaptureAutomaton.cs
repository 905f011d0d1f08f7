using System.Buffers;
using System.Numerics;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// Finds the same match with the same captures as <see cref="PatternSearch"/>, at the price of a look-up per byte: a
/// deterministic automaton whose states are the threads of Pike's machine in order of preference, each with a row of
/// slots (Laurikari, "NFAs with Tagged Transitions", 2000). States are made when they are first reached. A step says
/// which rows come from which, and in which slots the place is noted; mostly nothing moves. For one thread.
/// </summary>
internal sealed class CaptureAutomaton
{
    /// <summary>Patterns with more captures are left to the search: slots of a row are bits of a word.</summary>
    public const int MaxCaptures = 31;

    private const int MaxStates = 1000;
    private const int MaxRows = 64;
    // A state that came back to itself this often learns which bytes keep it there.
    private const int LoopsToLearn = 32;

    private readonly int _start;
    private readonly PatternInstruction[] _instructions;
    private readonly int _slotCount;
    private readonly bool _isAnchored;
    private readonly ByteClasses _classes;
    private readonly StepBuilder _builder;
    private readonly Dictionary<ThreadList, State> _states = [];
    private readonly Step?[] _entries = new Step?[2];
    private int[] _rows;
    private int[] _otherRows;

    /// <param name="program">The program; without inner places.</param>
    /// <param name="captureCount">Number of captures.</param>
    /// <param name="isAnchored">True where a match begins where the search does.</param>
    public CaptureAutomaton(PatternProgram program, int captureCount, bool isAnchored)
    {
        _start = program.Start;
        _instructions = [.. program.Instructions];
        _slotCount = 2 * (captureCount + 1);
        _isAnchored = isAnchored;
        _classes = new ByteClasses(program);
        _builder = new StepBuilder(_instructions);
        _rows = new int[MaxRows * _slotCount];
        _otherRows = new int[MaxRows * _slotCount];
    }

    /// <summary>True when the pattern needs more states than are worth keeping: ask the search instead.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Finds the first match from a place on.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the search begins, which is before the end.</param>
    /// <param name="slots">Takes the places; undefined where there is no match or the automaton is too large.</param>
    public bool Find(ReadOnlySpan<byte> text, int from, Span<int> slots)
    {
        Step? entry = _entries[from == 0 ? 1 : 0] ??= Enter(isTextStart: from == 0);
        if (entry is null) return false;
        Apply(entry, from);
        State state = entry.To;
        bool isFound = false;
        byte[] classes = _classes.Of;
        int at = from;
        while (at < text.Length)
        {
            if (state.MatchRow >= 0)
            {
                Row(state.MatchRow).CopyTo(slots);
                isFound = true;
            }
            if (state.Stays is not null)
            {
                int run = text[at..].IndexOfAnyExcept(state.Stays);
                if (run != 0)
                {
                    at = run < 0 ? text.Length : at + run;
                    if (!state.Loop!.IsStill) Apply(state.Loop, at);
                    continue;
                }
            }
            byte byteClass = classes[text[at]];
            Step? step = state.Steps[byteClass] ?? Learn(state, byteClass);
            if (step is null) return false;
            at++;
            if (!step.IsStill) Apply(step, at);
            if (step.To == state && ++state.Loops == LoopsToLearn) LearnStays(state);
            state = step.To;
            // What is preferred to a match goes on; where no thread is left, the match is this.
            if (state.Threads.Count == 0) return isFound;
        }
        return End(state, text.Length, slots) || isFound;
    }

    private Span<int> Row(int row) => _rows.AsSpan(row * _slotCount, _slotCount);

    /// <summary>Moves rows and notes a place.</summary>
    private void Apply(Step step, int place)
    {
        int[] target = step.IsInPlace ? _rows : _otherRows;
        for (int row = 0; row < step.Sources.Length; row++)
        {
            int source = step.Sources[row];
            Span<int> slots = target.AsSpan(row * _slotCount, _slotCount);
            if (source == StepBuilder.NoRow) slots.Fill(-1);
            else if (source != row || !step.IsInPlace) Row(source).CopyTo(slots);
            for (ulong sets = step.Sets[row]; sets != 0; sets &= sets - 1)
            {
                slots[BitOperations.TrailingZeroCount(sets)] = place;
            }
        }
        if (!step.IsInPlace) (_rows, _otherRows) = (_otherRows, _rows);
    }

    /// <summary>At the end of the text the first thread that has matched, or only waits for the end, wins.</summary>
    private bool End(State state, int length, Span<int> slots)
    {
        if (state.EndRow < 0) return false;
        Row(state.EndRow).CopyTo(slots);
        for (ulong sets = state.EndSets; sets != 0; sets &= sets - 1)
        {
            slots[BitOperations.TrailingZeroCount(sets)] = length;
        }
        return true;
    }

    private Step? Enter(bool isTextStart)
    {
        _builder.Begin();
        _builder.Reach(_start, StepBuilder.NoRow, isTextStart);
        return EndStep(seeks: !_isAnchored);
    }

    /// <summary>The step of a state by a class of bytes; null where there would be too many states.</summary>
    private Step? Learn(State state, byte byteClass)
    {
        byte sample = _classes.Samples[byteClass];
        _builder.Begin();
        foreach ((int at, int row) in state.Threads.Items)
        {
            ref PatternInstruction instruction = ref _instructions[at];
            bool takes = instruction.Op == PatternOp.Bytes && sample >= instruction.Low && sample <= instruction.High;
            if (takes) _builder.Reach(instruction.Next, row, isTextStart: false);
        }
        // Of matches, the one that begins first is taken: none begins behind another.
        if (state.Threads.Seeks) _builder.Reach(_start, StepBuilder.NoRow, isTextStart: false);
        return state.Steps[byteClass] = EndStep(state.Threads.Seeks);
    }

    private Step? EndStep(bool seeks)
    {
        ThreadList threads = new([.. _builder.Threads], seeks && !_builder.HasMatched);
        if (!_states.TryGetValue(threads, out State? state))
        {
            IsTooLarge |= _states.Count >= MaxStates || _builder.RowCount > MaxRows;
            if (IsTooLarge) return null;
            state = MakeState(threads);
            _states.Add(threads, state);
        }
        return new Step(state, [.. _builder.Sources], [.. _builder.Sets]);
    }

    private State MakeState(ThreadList threads)
    {
        State state = new(threads, _classes.Count);
        foreach ((int at, int row) in threads.Items)
        {
            PatternInstruction instruction = _instructions[at];
            ulong sets = 0;
            if (instruction.Op == PatternOp.Match) state.MatchRow = row;
            else if (instruction.Op == PatternOp.Bytes || !_builder.MatchesAtEnd(at, out sets)) continue;
            if (state.EndRow < 0) (state.EndRow, state.EndSets) = (row, sets);
        }
        return state;
    }

    /// <summary>Finds the bytes that only lead from a state to itself, with a step that repeats like one.</summary>
    private void LearnStays(State state)
    {
        Step? loop = null;
        List<byte> bytes = [];
        for (int b = 0; b < 256; b++)
        {
            byte byteClass = _classes.Of[b];
            Step? step = state.Steps[byteClass] ?? Learn(state, byteClass);
            if (step is null) return;
            if (step.To != state || !step.RepeatsLikeOne) continue;
            loop ??= step;
            if (loop.MovesLike(step)) bytes.Add((byte)b);
        }
        if (loop is null) return;
        state.Loop = loop;
        state.Stays = SearchValues.Create([.. bytes]);
    }

    /// <summary>
    /// Threads in order of preference: the instruction each waits at, and its row of slots. Seeks is true while a match
    /// may still begin.
    /// </summary>
    private readonly struct ThreadList((int At, int Row)[] items, bool seeks) : IEquatable<ThreadList>
    {
        public (int At, int Row)[] Items => items;

        public int Count => items.Length;

        public bool Seeks => seeks;

        public bool Equals(ThreadList other) => seeks == other.Seeks && items.AsSpan().SequenceEqual(other.Items);

        public override bool Equals(object? obj) => obj is ThreadList other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach ((int at, int row) in items) hash.Add((at, row));
            return hash.ToHashCode();
        }
    }

    private sealed class State(ThreadList threads, int classCount)
    {
        public ThreadList Threads { get; } = threads;

        /// <summary>Where each class of bytes leads; null until known.</summary>
        public Step?[] Steps { get; } = new Step?[classCount];

        /// <summary>The row of the thread that has matched, which is the last; -1 where none has.</summary>
        public int MatchRow { get; set; } = -1;

        /// <summary>The row of the match where the text ends here; -1 where there is none.</summary>
        public int EndRow { get; set; } = -1;

        /// <summary>Slots that the end of the text is noted in.</summary>
        public ulong EndSets { get; set; }

        /// <summary>How often a step came back here.</summary>
        public int Loops { get; set; }

        /// <summary>Bytes that lead back here by <see cref="Loop"/>; null until known.</summary>
        public SearchValues<byte>? Stays { get; set; }

        /// <summary>The step of those bytes, which done once is the same as done for each.</summary>
        public Step? Loop { get; set; }
    }

    private sealed class Step(State to, int[] sources, ulong[] sets)
    {
        public State To { get; } = to;

        /// <summary>The row that each row comes from; <see cref="StepBuilder.NoRow"/> for empty slots.</summary>
        public int[] Sources { get; } = sources;

        /// <summary>The slots of each row that take the place.</summary>
        public ulong[] Sets { get; } = sets;

        /// <summary>True where every row stays as it is.</summary>
        public bool IsStill { get; } = Enumerable.Range(0, sources.Length).All(row => Stays(row, sources, sets));

        /// <summary>True where no row is written before it is read, from the first to the last.</summary>
        public bool IsInPlace { get; } = Enumerable.Range(0, sources.Length).All(row =>
            sources[row] == StepBuilder.NoRow || sources[row] >= row || Stays(sources[row], sources, sets));

        /// <summary>True where rows come from rows that stay: then only the last of many repetitions counts.</summary>
        public bool RepeatsLikeOne { get; } = Array.TrueForAll(
            sources, source => source == StepBuilder.NoRow || Stays(source, sources, sets));

        public bool MovesLike(Step other) =>
            Sources.AsSpan().SequenceEqual(other.Sources) && Sets.AsSpan().SequenceEqual(other.Sets);

        private static bool Stays(int row, int[] sources, ulong[] sets) =>
            row < sources.Length && sources[row] == row && sets[row] == 0;
    }
}
