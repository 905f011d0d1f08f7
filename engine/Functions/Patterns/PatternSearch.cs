using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// Finds a match with its captures by trying in order of preference and never the same instruction at the same place
/// twice, so that time is linear in the text (the "bit state" of RE2). For one thread.
/// </summary>
internal sealed class PatternSearch
{
    private const long MaxBits = 1L << 31;
    private readonly PatternInstruction[] _instructions;
    private readonly int _start;
    private readonly int _rowWords;
    private readonly List<(int At, int Place, int Slot, int Old)> _jobs = [];
    private readonly int[] _slots;
    private ulong[] _visited = [];
    private int _firstPlace;
    private int _lastPlace;

    public PatternSearch(PatternProgram program, int captureCount)
    {
        _instructions = [.. program.Instructions];
        _start = program.Start;
        _rowWords = (_instructions.Length + 63) >> 6;
        _slots = new int[2 * (captureCount + 1)];
    }

    /// <summary>Begin and end of the match and of each capture; -1 where a capture took no part.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    /// <summary>Finds the first match from a place on.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the search begins; what stands before still counts for conditions.</param>
    /// <param name="isAnchored">True where the match must begin there.</param>
    /// <param name="end">Where the match must end; -1 for anywhere.</param>
    public bool Find(ReadOnlySpan<byte> text, int from, bool isAnchored, int end = -1)
    {
        Prepare(text.Length - from);
        _firstPlace = from;
        bool isFound = false;
        for (int place = from; place <= text.Length && !isFound; place++)
        {
            // Characters begin at no continuation byte.
            if (place < text.Length && place > from && Text.Utf8.IsContinuation(text[place])) continue;
            Array.Fill(_slots, -1);
            isFound = Try(text, place, end);
            if (isAnchored) break;
        }
        Array.Clear(_visited, 0, Math.Min(_visited.Length, (_lastPlace - _firstPlace + 1) * _rowWords));
        return isFound;
    }

    private void Prepare(int length)
    {
        long words = (long)(length + 1) * _rowWords;
        if (words * 64 > MaxBits)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Text is too long for this regular expression: {length:N0} bytes");
        }
        if (_visited.Length < words) _visited =
            new ulong[Math.Max(words, Math.Min(2L * _visited.Length, MaxBits / 64))];
        _lastPlace = 0;
    }

    private bool Try(ReadOnlySpan<byte> text, int place, int end)
    {
        _jobs.Clear();
        _jobs.Add((_start, place, -1, 0));
        while (_jobs.Count > 0)
        {
            (int at, int i, int slot, int old) = _jobs[^1];
            _jobs.RemoveAt(_jobs.Count - 1);
            if (slot >= 0)
            {
                // What was tried from here has failed: the capture is as before.
                _slots[slot] = old;
                continue;
            }
            if (Run(text, at, i, end)) return true;
        }
        return false;
    }

    private bool Run(ReadOnlySpan<byte> text, int at, int place, int end)
    {
        while (true)
        {
            ref ulong word = ref _visited[((place - _firstPlace) * _rowWords) + (at >> 6)];
            if ((word >> at & 1) != 0) return false;
            word |= 1UL << at;
            if (place > _lastPlace) _lastPlace = place;
            ref PatternInstruction instruction = ref _instructions[at];
            switch (instruction.Op)
            {
                case PatternOp.Bytes:
                    if (place >= text.Length || text[place] < instruction.Low ||
                        text[place] > instruction.High) return false;
                    place++;
                    break;
                case PatternOp.Split:
                    _jobs.Add((instruction.Other, place, -1, 0));
                    break;
                case PatternOp.Save:
                    _jobs.Add((0, 0, instruction.Other, _slots[instruction.Other]));
                    _slots[instruction.Other] = place;
                    break;
                case PatternOp.Place:
                    if (!Holds(instruction.Place, text, place)) return false;
                    break;
                default:
                    return end < 0 || place == end;
            }
            at = instruction.Next;
        }
    }

    private static bool Holds(PlaceKind kind, ReadOnlySpan<byte> text, int place)
    {
        bool before = place > 0 && IsWord(text[place - 1]);
        bool after = place < text.Length && IsWord(text[place]);
        return kind switch
        {
            PlaceKind.TextStart => place == 0,
            PlaceKind.TextEnd => place == text.Length,
            PlaceKind.LineStart => place == 0 || text[place - 1] == '\n',
            PlaceKind.LineEnd => place == text.Length || text[place] == '\n',
            PlaceKind.WordBoundary => before != after,
            PlaceKind.NotWordBoundary => before == after,
            PlaceKind.WordStart => !before && after,
            _ => before && !after,
        };
    }

    private static bool IsWord(byte b) => Text.Ascii.IsLetter(b) || Text.Ascii.IsDigit(b) || b == '_';
}
