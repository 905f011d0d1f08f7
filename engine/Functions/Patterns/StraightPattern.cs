using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// The short way of patterns that are parts in a row: literals, literals that may be there, runs of a set, captures
/// around them. Every part takes what it prefers, whole literals and runs at a time; where that reaches the end, it is
/// the match that is preferred to all others. Where it does not, another way through the parts may still be one, and
/// <see cref="CaptureAutomaton"/> is asked.
/// </summary>
internal sealed class StraightPattern
{
    private readonly List<Part> _parts = [];
    private readonly int _slotCount;
    private Part[] _inOrder = [];

    private StraightPattern(int captureCount) => _slotCount = 2 * (captureCount + 1);

    private enum PartKind : byte
    {
        /// <summary>Bytes that must come.</summary>
        Literal,
        /// <summary>Bytes that are taken where they come.</summary>
        Optional,
        /// <summary>All bytes up to one of some, or the end; so many at least.</summary>
        Until,
        /// <summary>All bytes among some; so many at least.</summary>
        While,
        /// <summary>Everything.</summary>
        Rest,
        /// <summary>The place goes into a slot.</summary>
        Slot,
        /// <summary>The text must end.</summary>
        End,
    }

    /// <summary>The short way of a pattern that begins where the text does; null where it has none.</summary>
    public static StraightPattern? TryCompile(PatternNode node, int captureCount)
    {
        if (node is not SequenceNode { Parts: [PlaceNode { Kind: PlaceKind.TextStart }, ..] } sequence) return null;
        StraightPattern pattern = new(captureCount);
        if (!sequence.Parts.Skip(1).All(pattern.TryAdd)) return null;
        pattern._inOrder = [.. pattern._parts];
        return pattern;
    }

    /// <summary>Takes the preferred way from the start of a text; false where it does not reach the end.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, Span<int> slots)
    {
        int at = 0;
        slots[.._slotCount].Fill(-1);
        foreach (Part part in _inOrder)
        {
            switch (part.Kind)
            {
                case PartKind.Literal:
                    if (!part.Begins(text, at)) return false;
                    at += part.Bytes.Length;
                    break;
                case PartKind.Optional:
                    if (part.Begins(text, at)) at += part.Bytes.Length;
                    break;
                case PartKind.Slot:
                    slots[part.Number] = at;
                    break;
                case PartKind.End:
                    if (at != text.Length) return false;
                    break;
                default:
                    ReadOnlySpan<byte> left = text[at..];
                    int run = part.Kind switch
                    {
                        PartKind.Until => left.IndexOfAny(part.Set!),
                        PartKind.While => left.IndexOfAnyExcept(part.Set!),
                        _ => -1,
                    };
                    if (run < 0) run = left.Length;
                    if (run < part.Number) return false;
                    at += run;
                    break;
            }
        }
        slots[0] = 0;
        slots[1] = at;
        return true;
    }

    private bool TryAdd(PatternNode node)
    {
        switch (node)
        {
            case SequenceNode sequence:
                return sequence.Parts.All(TryAdd);
            case CaptureNode capture:
                _parts.Add(new Part(PartKind.Slot, 2 * capture.Number));
                if (!TryAdd(capture.Part)) return false;
                _parts.Add(new Part(PartKind.Slot, (2 * capture.Number) + 1));
                return true;
            case PlaceNode { Kind: PlaceKind.TextEnd }:
                _parts.Add(new Part(PartKind.End));
                return true;
            case RepeatNode { Min: 0, Max: 1, IsGreedy: true } optional when TryLiteral(optional.Part) is { } literal:
                _parts.Add(new Part(PartKind.Optional) { Bytes = literal });
                return true;
            case RepeatNode { Min: 0 or 1, Max: < 0, IsGreedy: true, Part: CharacterNode { Set: var set } } repeat:
                return TryAddRun(set, repeat.Min);
            case CharacterNode when TryLiteral(node) is { } character:
                // Literals side by side are one.
                if (_parts is [.., { Kind: PartKind.Literal } last])
                    _parts[^1] = new Part(PartKind.Literal) { Bytes = [.. last.Bytes, .. character] };
                else _parts.Add(new Part(PartKind.Literal) { Bytes = character });
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Runs are runs of bytes where the set has all characters beyond ASCII, or none: then whole characters are taken.
    /// </summary>
    private bool TryAddRun(RuneSet set, int atLeast)
    {
        byte[] members = [.. Enumerable.Range(0, 128).Where(set.Contains).Select(b => (byte)b)];
        (int beyond, int last) = set.Ranges.Count == 0 ? (0, 0) : set.Ranges[^1];
        if (last < 128)
        {
            _parts.Add(new Part(PartKind.While, atLeast) { Set = SearchValues.Create(members) });
            return true;
        }
        if (beyond > 128 || last < 0x10FFFF) return false;
        byte[] others = [.. Enumerable.Range(0, 128).Select(b => (byte)b).Except(members)];
        _parts.Add(others.Length == 0
            ? new Part(PartKind.Rest, atLeast)
            : new Part(PartKind.Until, atLeast) { Set = SearchValues.Create(others) });
        return true;
    }

    private static byte[]? TryLiteral(PatternNode node)
    {
        switch (node)
        {
            case CharacterNode { Set.Single: >= 0 and var rune }:
                return Rune.IsValid(rune) ? Encoding.UTF8.GetBytes(new Rune(rune).ToString()) : null;
            case SequenceNode sequence:
                byte[]?[] parts = [.. sequence.Parts.Select(TryLiteral)];
                return parts.Length > 0 && Array.TrueForAll(parts, p => p is not null)
                    ? [.. parts.SelectMany(p => p!)] : null;
            default:
                return null;
        }
    }

    /// <summary>A part; the number is its slot, or how many bytes it takes at least.</summary>
    private sealed class Part(PartKind kind, int number = 0)
    {
        private readonly byte[] _bytes = [];
        private ulong _word;
        private ulong _mask;

        public PartKind Kind => kind;

        public int Number => number;

        public byte[] Bytes
        {
            get => _bytes;
            init
            {
                _bytes = value;
                if (value.Length is 0 or > sizeof(ulong)) return;
                Span<byte> padded = stackalloc byte[sizeof(ulong)];
                value.CopyTo(padded);
                _word = BinaryPrimitives.ReadUInt64LittleEndian(padded);
                _mask = ulong.MaxValue >> (64 - (8 * value.Length));
            }
        }

        /// <summary>True when the text goes on with the bytes; short ones are compared as a word.</summary>
        public bool Begins(ReadOnlySpan<byte> text, int at)
        {
            if (_mask == 0 || text.Length - at < sizeof(ulong)) return text[at..].StartsWith(_bytes);
            return ((BinaryPrimitives.ReadUInt64LittleEndian(text[at..]) ^ _word) & _mask) == 0;
        }

        public SearchValues<byte>? Set { get; init; }
    }
}
