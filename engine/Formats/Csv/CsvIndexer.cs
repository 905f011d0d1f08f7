using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Finds where fields and rows end. <see cref="RunScalar"/> is the meaning, a byte at a time: a quote opens only at the
/// start of a field, and elsewhere outside of quotes means itself. <see cref="Run"/> looks at 64 bytes at a time: the
/// running xor of the quote bits marks what lies inside of quotes, and is right as long as quotes open at field starts
/// and close before separators; blocks where that does not hold go byte by byte.
/// Source of the running xor: Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), section 3.1.1.
/// </summary>
internal static unsafe partial class CsvIndexer
{
    private const int BlockBytes = 64;

    /// <summary>Bytes between two looks at the room in the index.</summary>
    private const int StrideBytes = 64 * BlockBytes;

    /// <summary>
    /// Adds the separators in <c>data[from..to)</c> to the index; 64 bytes past the end are readable.
    /// </summary>
    /// <returns>The state after the last byte.</returns>
    public static CsvState Run(byte* data, int from, int to, CsvState state, CsvDialect dialect, CsvIndex index)
    {
        if (!dialect.IsSimple || !Vector128.IsHardwareAccelerated)
            return RunScalar(data, from, to, state, dialect, index);
        int at = from;
        while (to - at >= BlockBytes)
        {
            int end = at + Math.Min(StrideBytes, (to - at) & -BlockBytes);
            index.Reserve(end - at);
            state = RunBlocks(data, at, end, state, dialect, index);
            at = end;
        }
        return RunScalar(data, at, to, state, dialect, index);
    }

    /// <summary>The same, a byte at a time.</summary>
    public static CsvState RunScalar(byte* data, int from, int to, CsvState state, CsvDialect dialect, CsvIndex index)
    {
        for (int at = from; at < to; at += StrideBytes)
        {
            int end = (int)Math.Min(to, (long)at + StrideBytes);
            index.Reserve(end - at);
            state = RunBytes(data, at, end, state, dialect, index);
        }
        return state;
    }

    private static CsvState RunBytes(byte* data, int from, int to, CsvState state, CsvDialect dialect, CsvIndex index)
    {
        int quote = dialect.Quote, escape = dialect.HasOwnEscape ? dialect.Escape : -1, comment = dialect.Comment;
        byte delimiter = dialect.LastDelimiterByte, newLine = dialect.NewLine;
        bool isLong = dialect.Delimiter.Length > 1, doubles = dialect.Escape == quote;
        int* ends = index.Ends;
        int* rowEnds = index.RowEnds;
        int endCount = index.EndCount, rowCount = index.RowCount;
        for (int at = from; at < to; at++)
        {
            byte b = data[at];
            switch (state)
            {
                case CsvState.Quoted:
                    if (b == quote) state = CsvState.AfterQuote;
                    else if (b == escape) state = CsvState.Escaped;
                    continue;
                case CsvState.Escaped:
                    index.MayHaveEscapes = true;
                    state = CsvState.Quoted;
                    continue;
                case CsvState.Comment:
                    if (b == newLine) break;
                    continue;
                case CsvState.AfterQuote when b == quote && doubles:
                    index.MayHaveEscapes = true;
                    state = CsvState.Quoted;
                    continue;
                case CsvState.RowStart when b == comment:
                    state = CsvState.Comment;
                    continue;
                case CsvState.RowStart or CsvState.FieldStart when b == quote:
                    state = CsvState.Quoted;
                    continue;
            }
            if (b == newLine)
            {
                rowEnds[rowCount++] = endCount;
                ends[endCount++] = at;
                state = CsvState.RowStart;
            }
            else if (b == delimiter && (!isLong || EndsDelimiter(data, ends[endCount - 1] + 1, at, dialect.Delimiter)))
            {
                ends[endCount++] = at;
                state = CsvState.FieldStart;
            }
            else
            {
                // Text behind a closing quote: the field is malformed, and whoever reads it must look.
                bool isLineEnd = b == '\r' && at + 1 < to && data[at + 1] == newLine;
                index.MayHaveEscapes |= state == CsvState.AfterQuote && !isLineEnd;
                state = CsvState.Unquoted;
            }
        }
        index.EndCount = endCount;
        index.RowCount = rowCount;
        return state;
    }

    private static bool EndsDelimiter(byte* data, int fieldStart, int at, byte[] delimiter)
    {
        int start = at + 1 - delimiter.Length;
        return start >= fieldStart && new ReadOnlySpan<byte>(data + start, delimiter.Length).SequenceEqual(delimiter);
    }

    private static CsvState RunBlocks(byte* data, int from, int to, CsvState state, CsvDialect dialect, CsvIndex index)
    {
        if (state is CsvState.Escaped or CsvState.Comment) return RunBytes(data, from, to, state, dialect, index);
        byte delimiter = dialect.LastDelimiterByte, newLine = dialect.NewLine;
        // A dialect without quotes or escapes looks for a byte that it looks for anyway, and ignores it.
        bool hasQuote = dialect.Quote >= 0, hasEscape = dialect.HasOwnEscape;
        byte quote = hasQuote ? (byte)dialect.Quote : delimiter;
        byte escape = hasEscape ? (byte)dialect.Escape : delimiter;
        ulong doubles = dialect.Escape == dialect.Quote ? ulong.MaxValue : 0;
        Carry carry = new(state, doubles);
        int* ends = index.Ends;
        int* rowEnds = index.RowEnds;
        int endCount = index.EndCount, rowCount = index.RowCount;
        ulong doubled = 0;
        for (int at = from; at < to; at += BlockBytes)
        {
            Block block = new(data + at);
            ulong newLines = block.Equal(newLine);
            ulong separators = block.Equal(delimiter) | newLines;
            ulong quotes = hasQuote ? block.Equal(quote) : 0;
            if ((quotes | carry.Inside | carry.AfterQuote) == 0)
            {
                carry = new Carry(separators, newLines);
            }
            else
            {
                ulong inside = PrefixXor(quotes) ^ carry.Inside;
                ulong opening = quotes & inside, closing = quotes & ~inside;
                ulong outer = separators & ~inside;
                ulong mayOpen = ((outer | (closing & doubles)) << 1) | carry.MayOpen;
                ulong mustEnd = (closing << 1) | carry.AfterQuote;
                ulong returns = block.Equal((byte)'\r') & ~inside;
                ulong endings = outer | (quotes & doubles) | returns;
                if (((opening & ~mayOpen) | (mustEnd & ~endings)) != 0 || (hasEscape && block.Equal(escape) != 0))
                {
                    index.EndCount = endCount;
                    index.RowCount = rowCount;
                    int end = at + BlockBytes;
                    CsvState next = RunBytes(data, at, end, carry.State, dialect, index);
                    // What was doubled before this block is not lost by leaving early.
                    index.MayHaveEscapes |= doubled != 0;
                    if (next == CsvState.Escaped) return RunBytes(data, end, to, next, dialect, index);
                    endCount = index.EndCount;
                    rowCount = index.RowCount;
                    carry = new Carry(next, doubles);
                    continue;
                }
                doubled |= mustEnd & (opening | (returns & ~(newLines >> 1)));
                separators = outer;
                newLines &= ~inside;
                carry = new Carry(inside, closing, separators, newLines, doubles);
            }
            for (ulong rest = newLines; rest != 0; rest &= rest - 1)
            {
                // The separators up to this line feed, itself included.
                rowEnds[rowCount++] = endCount + BitOperations.PopCount(separators & (rest ^ (rest - 1))) - 1;
            }
            Append(separators, at, ends + endCount);
            endCount += BitOperations.PopCount(separators);
        }
        index.EndCount = endCount;
        index.RowCount = rowCount;
        index.MayHaveEscapes |= doubled != 0;
        return carry.State;
    }

    /// <summary>Writes the positions of the set bits; whole vectors may be stored past the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(ulong bits, int position, int* target)
    {
        if (Avx512Vbmi2.IsSupported)
        {
            AppendVbmi2(bits, position, target);
            return;
        }
        while (bits != 0)
        {
            *target++ = position + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
        }
    }

    /// <summary>Bit i of the result is the xor of bits 0 to i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            // Carry-less multiplication by all ones adds every shift of the bits.
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }

    /// <summary>The state between two blocks as bits: <see cref="CsvState"/> taken apart.</summary>
    private readonly struct Carry
    {
        /// <summary>All ones inside of quotes.</summary>
        public readonly ulong Inside;

        /// <summary>1 after a quote that closed.</summary>
        public readonly ulong AfterQuote;

        /// <summary>
        /// 1 where a quote may open: at the start of a field, or as the second half of a doubled one.
        /// </summary>
        public readonly ulong MayOpen;

        private readonly ulong _rowStart;

        public Carry(CsvState state, ulong doubles)
        {
            Inside = state == CsvState.Quoted ? ulong.MaxValue : 0;
            AfterQuote = state == CsvState.AfterQuote ? 1UL : 0;
            _rowStart = state == CsvState.RowStart ? 1UL : 0;
            MayOpen = (state == CsvState.FieldStart ? 1UL : 0) | _rowStart | (AfterQuote & doubles);
        }

        /// <summary>After a block without quotes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Carry(ulong separators, ulong newLines)
        {
            MayOpen = separators >> 63;
            _rowStart = newLines >> 63;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Carry(ulong inside, ulong closing, ulong separators, ulong newLines, ulong doubles)
        {
            Inside = (ulong)((long)inside >> 63);
            AfterQuote = closing >> 63;
            MayOpen = (separators | (closing & doubles)) >> 63;
            _rowStart = newLines >> 63;
        }

        public CsvState State => Inside != 0 ? CsvState.Quoted
            : AfterQuote != 0 ? CsvState.AfterQuote
            : _rowStart != 0 ? CsvState.RowStart
            : MayOpen != 0 ? CsvState.FieldStart : CsvState.Unquoted;
    }

    /// <summary>64 bytes in registers.</summary>
    private readonly struct Block
    {
        private readonly Vector512<byte> _all;
        private readonly Vector256<byte> _low, _high;
        private readonly byte* _bytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Block(byte* bytes)
        {
            if (Vector512.IsHardwareAccelerated) _all = Vector512.Load(bytes);
            else if (Vector256.IsHardwareAccelerated)
            {
                _low = Vector256.Load(bytes);
                _high = Vector256.Load(bytes + 32);
            }
            _bytes = bytes;
        }

        /// <summary>A bit per byte that equals the value.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Equal(byte value)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                return Vector512.Equals(_all, Vector512.Create(value)).ExtractMostSignificantBits();
            }
            if (Vector256.IsHardwareAccelerated)
            {
                Vector256<byte> wanted = Vector256.Create(value);
                return Vector256.Equals(_low, wanted).ExtractMostSignificantBits() |
                    ((ulong)Vector256.Equals(_high, wanted).ExtractMostSignificantBits() << 32);
            }
            ulong bits = 0;
            for (int i = 0; i < BlockBytes; i += 16)
            {
                bits |= (ulong)Vector128.Equals(
                    Vector128.Load(_bytes + i), Vector128.Create(value)).ExtractMostSignificantBits() << i;
            }
            return bits;
        }
    }
}
