using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>What an instruction does.</summary>
internal enum PatternOp : byte
{
    /// <summary>Takes a byte from Low to High.</summary>
    Bytes,
    /// <summary>Goes on at Next, or else at Other.</summary>
    Split,
    /// <summary>Remembers the place in slot Other.</summary>
    Save,
    /// <summary>Goes on where the condition holds.</summary>
    Place,
    /// <summary>Has matched.</summary>
    Match,
}

/// <summary>One instruction of a compiled pattern.</summary>
internal readonly record struct PatternInstruction(PatternOp Op, int Next, int Other = 0, byte Low = 0, byte High = 0)
{
    public PlaceKind Place => (PlaceKind)Other;
}

/// <summary>
/// A pattern as a nondeterministic automaton over the bytes of UTF-8 (Thompson 1968; Cox, "Regular Expression Matching:
/// the Virtual Machine Approach"). Instruction 0 begins the pattern.
/// </summary>
internal sealed class PatternProgram
{
    private const int MaxInstructions = 50_000;
    private readonly List<PatternInstruction> _instructions = [];

    private PatternProgram()
    {
    }

    public IReadOnlyList<PatternInstruction> Instructions => _instructions;

    /// <summary>Where the pattern begins.</summary>
    public int Start { get; private set; }

    /// <summary>True where conditions look at more than the ends of the text, which the automaton of sets
    /// cannot.</summary>
    public bool HasInnerPlaces { get; private set; }

    /// <summary>Compiles a tree; slots 0 and 1 hold the whole match.</summary>
    /// <exception cref="QueryException">54000: the pattern is too large.</exception>
    public static PatternProgram Compile(PatternNode node)
    {
        PatternProgram program = new();
        int match = program.Emit(new PatternInstruction(PatternOp.Match, 0));
        int end = program.Emit(new PatternInstruction(PatternOp.Save, match, 1));
        int body = program.Compile(node, end);
        program.Start = program.Emit(new PatternInstruction(PatternOp.Save, body, 0));
        return program;
    }

    private int Emit(PatternInstruction instruction)
    {
        if (_instructions.Count >= MaxInstructions)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, "Regular expression is too large",
                    hint: "Use smaller repetition counts.");
        }
        _instructions.Add(instruction);
        return _instructions.Count - 1;
    }

    // Compiled from the end to the beginning: every part knows where to go on.
    private int Compile(PatternNode node, int next)
    {
        switch (node)
        {
            case CharacterNode character:
                return CompileSet(character.Set, next);
            case SequenceNode sequence:
                for (int i = sequence.Parts.Count - 1; i >= 0; i--) next = Compile(sequence.Parts[i], next);
                return next;
            case ChoiceNode choice:
                int first = Compile(choice.Branches[^1], next);
                for (int i = choice.Branches.Count - 2; i >= 0; i--)
                {
                    first = Emit(new PatternInstruction(PatternOp.Split, Compile(choice.Branches[i], next), first));
                }
                return first;
            case CaptureNode capture:
                int close = Emit(new PatternInstruction(PatternOp.Save, next, (2 * capture.Number) + 1));
                return Emit(new PatternInstruction(PatternOp.Save, Compile(capture.Part, close), 2 * capture.Number));
            case PlaceNode place:
                HasInnerPlaces |= place.Kind is not (PlaceKind.TextStart or PlaceKind.TextEnd);
                return Emit(new PatternInstruction(PatternOp.Place, next, (int)place.Kind));
            default:
                return CompileRepeat((RepeatNode)node, next);
        }
    }

    private int CompileRepeat(RepeatNode repeat, int next)
    {
        if (repeat.Max < 0)
        {
            // The loop's own number must be known before its body, which comes back to it.
            int loop = Emit(default);
            int body = Compile(repeat.Part, loop);
            _instructions[loop] = Branch(body, next, repeat.IsGreedy);
            next = repeat.Min == 0 ? loop : body;
            for (int i = 1; i < repeat.Min; i++) next = Compile(repeat.Part, next);
            return next;
        }
        int after = next;
        for (int i = repeat.Min; i < repeat.Max; i++) next = Emit(
            Branch(Compile(repeat.Part, next), after, repeat.IsGreedy));
        for (int i = 0; i < repeat.Min; i++) next = Compile(repeat.Part, next);
        return next;
    }

    private static PatternInstruction Branch(int body, int after, bool isGreedy) => isGreedy
        ? new PatternInstruction(PatternOp.Split, body, after)
        : new PatternInstruction(PatternOp.Split, after, body);

    private int CompileSet(RuneSet set, int next)
    {
        int first = -1;
        foreach ((byte Low, byte High)[] sequence in Utf8Ranges.Of(set))
        {
            int at = next;
            for (int i = sequence.Length - 1; i >= 0; i--)
            {
                at = Emit(new PatternInstruction(PatternOp.Bytes, at, 0, sequence[i].Low, sequence[i].High));
            }
            first = first < 0 ? at : Emit(new PatternInstruction(PatternOp.Split, at, first));
        }
        // A set of no character never matches: a range that no byte is in.
        return first < 0 ? Emit(new PatternInstruction(PatternOp.Bytes, next, 0, 1, 0)) : first;
    }
}

/// <summary>Ranges of code points as sequences of ranges of bytes.</summary>
internal static class Utf8Ranges
{
    private static readonly (int Low, int High)[] s_lengths =
        [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xFFFF), (0x10000, 0x10FFFF)];

    /// <summary>The sequences that encode exactly the characters of a set; surrogates are none.</summary>
    public static IEnumerable<(byte Low, byte High)[]> Of(RuneSet set)
    {
        foreach ((int low, int high) in set.Ranges)
        {
            for (int length = 1; length <= 4; length++)
            {
                int from = Math.Max(low, s_lengths[length - 1].Low);
                int to = Math.Min(high, s_lengths[length - 1].High);
                if (from > to) continue;
                foreach ((byte Low, byte High)[] sequence in Split(from, to, length)) yield return sequence;
            }
        }
    }

    // A range whose last bytes do not run from the first to the last value is cut where they do.
    private static IEnumerable<(byte Low, byte High)[]> Split(int low, int high, int length)
    {
        for (int i = 1; i < length; i++)
        {
            int mask = (1 << (6 * i)) - 1;
            if ((low & ~mask) == (high & ~mask)) continue;
            if ((low & mask) != 0)
            {
                return Split(low, low | mask, length).Concat(Split((low | mask) + 1, high, length));
            }
            if ((high & mask) != mask)
            {
                return Split(low, (high & ~mask) - 1, length).Concat(Split(high & ~mask, high, length));
            }
        }
        (byte Low, byte High)[] sequence = new (byte, byte)[length];
        for (int i = 0; i < length; i++) sequence[i] = (ByteOf(low, length, i), ByteOf(high, length, i));
        return [sequence];
    }

    private static byte ByteOf(int rune, int length, int index)
    {
        int bits = rune >> (6 * (length - 1 - index));
        if (index > 0) return (byte)(0x80 | (bits & 0x3F));
        return length switch
        {
            1 => (byte)bits,
            2 => (byte)(0xC0 | bits),
            3 => (byte)(0xE0 | bits),
            _ => (byte)(0xF0 | bits),
        };
    }
}
