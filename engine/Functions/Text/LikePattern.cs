using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Text;

/// <summary>What a pattern comes down to, so that scans can test it more cheaply than by matching.</summary>
internal enum LikeShape : byte
{
    /// <summary>Any other pattern.</summary>
    General,
    /// <summary>No wildcard: equality with <see cref="LikePattern.Literal"/>.</summary>
    Exact,
    /// <summary>literal%</summary>
    Prefix,
    /// <summary>%literal</summary>
    Suffix,
    /// <summary>%literal%</summary>
    Contains,
    /// <summary>% alone: everything.</summary>
    Everything,
}

/// <summary>
/// A compiled LIKE pattern over UTF-8. The pattern is cut at every %: the first piece must begin the text, the last
/// must end it, and each in between is taken where it is first found, which is always right. Linear in the text unless
/// pieces have _. For one thread.
/// </summary>
internal sealed class LikePattern
{
    private readonly Piece[] _pieces;
    private readonly bool _ignoresCase;
    private readonly bool _startsAnchored;
    private readonly bool _endsAnchored;
    private byte[] _lowered = [];

    private LikePattern(Piece[] pieces, bool startsAnchored, bool endsAnchored, bool ignoresCase)
    {
        _pieces = pieces;
        _startsAnchored = startsAnchored;
        _endsAnchored = endsAnchored;
        _ignoresCase = ignoresCase;
        Shape = ShapeOf();
    }

    /// <summary>What the pattern comes down to; General where case does not count.</summary>
    public LikeShape Shape { get; }

    /// <summary>The only literal of the pattern, where the shape has one.</summary>
    public ReadOnlySpan<byte> Literal => _pieces.Length == 1 ? _pieces[0].Bytes : default;

    /// <summary>The bytes that every match begins with; empty when nothing is known.</summary>
    public ReadOnlySpan<byte> Prefix =>
        !_ignoresCase && _startsAnchored && _pieces.Length > 0 ? _pieces[0].LeadingLiteral : default;

    /// <summary>The longest run of bytes that every match contains; empty when case does not count.</summary>
    public ReadOnlySpan<byte> LongestLiteral
    {
        get
        {
            if (_ignoresCase) return default;
            ReadOnlySpan<byte> longest = default;
            foreach (Piece piece in _pieces)
            {
                if (!piece.HasWildcard && piece.Bytes.Length > longest.Length) longest = piece.Bytes;
            }
            return longest;
        }
    }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="pattern">The pattern in UTF-8.</param>
    /// <param name="escape">The character that takes the next one literally; null for none.</param>
    /// <param name="ignoresCase">True for ILIKE.</param>
    /// <exception cref="QueryException">22025: the pattern ends with the escape character.</exception>
    public static LikePattern Compile(ReadOnlySpan<byte> pattern, Rune? escape, bool ignoresCase)
    {
        List<Piece> pieces = [];
        List<byte> bytes = [];
        List<bool> wildcards = [];
        bool startsAnchored = true;
        bool endsAnchored = true;
        void EndPiece()
        {
            if (bytes.Count > 0) pieces.Add(new Piece([.. bytes], [.. wildcards]));
            bytes.Clear();
            wildcards.Clear();
        }
        int at = 0;
        while (at < pattern.Length)
        {
            Rune.DecodeFromUtf8(pattern[at..], out Rune rune, out int length);
            if (rune == escape)
            {
                at += length;
                if (at >= pattern.Length)
                {
                    throw new QueryException("22025", "LIKE pattern must not end with the escape character");
                }
                Rune.DecodeFromUtf8(pattern[at..], out rune, out length);
            }
            else if (rune.Value == '%')
            {
                if (pieces.Count == 0 && bytes.Count == 0) startsAnchored = false;
                EndPiece();
                endsAnchored = false;
                at++;
                continue;
            }
            else if (rune.Value == '_')
            {
                bytes.Add((byte)'_');
                wildcards.Add(true);
                endsAnchored = true;
                at++;
                continue;
            }
            endsAnchored = true;
            AddLiteral(pattern.Slice(at, length), ignoresCase ? Rune.ToLowerInvariant(rune) : null, bytes, wildcards);
            at += length;
        }
        EndPiece();
        return new LikePattern([.. pieces], startsAnchored, endsAnchored, ignoresCase);
    }

    /// <summary>True when the whole text matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_ignoresCase) text = Lower(text);
        int first = 0;
        int last = _pieces.Length;
        if (last == 0) return !_startsAnchored || text.IsEmpty;
        if (_startsAnchored)
        {
            int length = _pieces[0].MatchAt(text);
            if (length < 0) return false;
            text = text[length..];
            first = 1;
            if (last == 1) return !_endsAnchored || text.IsEmpty;
        }
        if (_endsAnchored)
        {
            last--;
            int length = _pieces[last].MatchAtEnd(text);
            if (length < 0) return false;
            text = text[..^length];
        }
        for (int i = first; i < last; i++)
        {
            int end = _pieces[i].Find(text);
            if (end < 0) return false;
            text = text[end..];
        }
        return true;
    }

    private LikeShape ShapeOf()
    {
        if (_ignoresCase) return LikeShape.General;
        if (_pieces.Length == 0) return _startsAnchored ? LikeShape.Exact : LikeShape.Everything;
        if (_pieces.Length > 1 || _pieces[0].HasWildcard) return LikeShape.General;
        return (_startsAnchored, _endsAnchored) switch
        {
            (true, true) => LikeShape.Exact,
            (true, false) => LikeShape.Prefix,
            (false, true) => LikeShape.Suffix,
            _ => LikeShape.Contains,
        };
    }

    private ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> text)
    {
        // A letter's lower case takes at most three bytes for two.
        int needed = (text.Length * 2) + 4;
        if (_lowered.Length < needed) _lowered = new byte[Math.Max(needed, 256)];
        return _lowered.AsSpan(0, CaseMapping.ToLower(text, _lowered));
    }

    private static void AddLiteral(
        scoped ReadOnlySpan<byte> source, Rune? lower, List<byte> bytes, List<bool> wildcards)
    {
        Span<byte> encoded = stackalloc byte[4];
        if (lower is { } rune && rune != Rune.ReplacementChar) source = encoded[..rune.EncodeToUtf8(encoded)];
        foreach (byte b in source)
        {
            bytes.Add(b);
            wildcards.Add(false);
        }
    }

    /// <summary>What stands between two %: bytes, some of which are _ and stand for one character.</summary>
    private sealed class Piece
    {
        private readonly byte[] _bytes;
        private readonly bool[] _wildcards;

        public Piece(byte[] bytes, bool[] wildcards)
        {
            _bytes = bytes;
            _wildcards = wildcards;
            HasWildcard = wildcards.Contains(true);
        }

        public bool HasWildcard { get; }

        public ReadOnlySpan<byte> Bytes => _bytes;

        public ReadOnlySpan<byte> LeadingLiteral =>
            _bytes.AsSpan(0, HasWildcard ? Array.IndexOf(_wildcards, true) : _bytes.Length);

        /// <summary>Bytes that the piece takes at the beginning of the text, or -1.</summary>
        public int MatchAt(ReadOnlySpan<byte> text)
        {
            if (!HasWildcard) return text.StartsWith(_bytes) ? _bytes.Length : -1;
            int at = 0;
            for (int i = 0; i < _bytes.Length; i++)
            {
                if (at >= text.Length) return -1;
                if (_wildcards[i]) at += Math.Min(Utf8.CharacterLength(text[at]), text.Length - at);
                else if (text[at++] != _bytes[i]) return -1;
            }
            return at;
        }

        /// <summary>Bytes that the piece takes at the end of the text, or -1.</summary>
        public int MatchAtEnd(ReadOnlySpan<byte> text)
        {
            if (!HasWildcard) return text.EndsWith(_bytes) ? _bytes.Length : -1;
            int at = text.Length;
            for (int i = _bytes.Length - 1; i >= 0; i--)
            {
                if (at == 0) return -1;
                at--;
                if (!_wildcards[i])
                {
                    if (text[at] != _bytes[i]) return -1;
                    continue;
                }
                while (at > 0 && Utf8.IsContinuation(text[at])) at--;
            }
            return text.Length - at;
        }

        /// <summary>Where the first occurrence ends, or -1.</summary>
        public int Find(ReadOnlySpan<byte> text)
        {
            if (!HasWildcard)
            {
                int found = text.IndexOf(_bytes);
                return found < 0 ? -1 : found + _bytes.Length;
            }
            for (int start = 0; start <= text.Length; start++)
            {
                if (start < text.Length && Utf8.IsContinuation(text[start])) continue;
                int length = MatchAt(text[start..]);
                if (length >= 0) return start + length;
            }
            return -1;
        }
    }
}
