using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Scalar.Numbers;
using ColFrag.Engine.Functions.Scalar.Strings;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>Strings of bits: their operators, and what texts have too. Bits count from 0, places from 1.</summary>
internal static class BitStringFunctions
{
    private static readonly FunctionInfo s_bitstring = Info(
        "bitstring", "A string of bits of this length, with zeros in front.", "bitstring('1010', 7)", "0001010");
    private static readonly FunctionInfo s_position = Info(
        "bit_position", "Where bits are found in others, from 1; 0 where they are not.",
        "bit_position('010'::bit, '1110101'::bit)", "4");
    private static readonly FunctionInfo s_fit = Info(
        "fit_bit", "Bits as a column of BIT(n) takes them, or an error.", "fit_bit(B'101', 3)", "101");
    private static readonly FunctionInfo s_fitVarying = Info(
        "fit_varbit", "Bits as a column of BIT VARYING(n) takes them, or an error.", "fit_varbit(B'101', 4)", "101");
    private static readonly FunctionInfo s_cut = Info(
        "cut_bit", "Bits cast to BIT(n): cut, or with zeros behind.", "cut_bit(B'101', 4)", "1010");
    private static readonly FunctionInfo s_cutVarying = Info(
        "cut_varbit", "Bits cast to BIT VARYING(n): cut.", "cut_varbit(B'10101', 3)", "101");
    private static readonly FunctionInfo s_low = Info(
        "low_bits", "The last n bits; in front of fewer stands the first one.", "low_bits(44::smallint::bit, 8)",
        "00101100");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Pair(BitAnd<long>.Info, "AND", (x, y) => x & y), Pair(BitOr<long>.Info, "OR", (x, y) => x | y),
        Pair(BitXor<long>.Info, "XOR", (x, y) => x ^ y),
        Bits(BitNot<long>.Info, [LogicalType.Bit], a => [.. a[0].AsBytes.ToArray().Select(b => (byte)(b ^ 1))]),
        Bits(ShiftLeft<long>.Info, [LogicalType.Bit, LogicalType.Integer], a => Shifted(a[0], a[1].AsInteger)),
        Bits(ShiftRight<long>.Info, [LogicalType.Bit, LogicalType.Integer], a => Shifted(a[0], -a[1].AsInteger)),
        Bits(Concatenate.Info, [LogicalType.Bit, LogicalType.Bit], a => [.. a[0].AsBytes, .. a[1].AsBytes]),
        Number(Length.Info, [LogicalType.Bit], a => a[0].AsBytes.Length),
        Number(BitLength.Info, [LogicalType.Bit], a => a[0].AsBytes.Length),
        Number(OctetLength.Info, [LogicalType.Bit], a => (a[0].AsBytes.Length + 7) / 8),
        Number(BitCount<long>.Info, [LogicalType.Bit], a => a[0].AsBytes.Count((byte)'1')),
        Number(BitFunctions.GetBitInfo, [LogicalType.Bit, LogicalType.BigInt], a => a[0].AsBytes[At(a)] - '0'),
        Bits(
            BitFunctions.SetBitInfo, [LogicalType.Bit, LogicalType.BigInt, LogicalType.Integer], a =>
            {
                byte[] digits = a[0].AsBytes.ToArray();
                if (a[2].AsInteger < 0 || a[2].AsInteger > 1)
                    throw new QueryException(SqlStates.InvalidParameterValue, "New bit must be 0 or 1");
                digits[At(a)] = (byte)('0' + (int)a[2].AsInteger);
                return digits;
            }),
        Number(Position.Info, [LogicalType.Bit, LogicalType.Bit], a => a[0].AsBytes.IndexOf(a[1].AsBytes) + 1),
        Number(PositionIn.Info, [LogicalType.Bit, LogicalType.Bit], a => a[0].AsBytes.IndexOf(a[1].AsBytes) + 1),
        Number(s_position, [LogicalType.Bit, LogicalType.Bit], a => a[1].AsBytes.IndexOf(a[0].AsBytes) + 1),
        Bits(
            Substring.Info, [LogicalType.Bit, LogicalType.BigInt],
            a => Part(a[0].AsBytes, a[1].AsInteger, a[0].AsBytes.Length + 1 - Int128.Min(a[1].AsInteger, 1))),
        Bits(
            Substring.Info, [LogicalType.Bit, LogicalType.BigInt, LogicalType.BigInt],
            a => Part(a[0].AsBytes, a[1].AsInteger, a[2].AsInteger)),
        Bits(
            Overlay.Info, [LogicalType.Bit, LogicalType.Bit, LogicalType.BigInt],
            a => Overlaid(a, a[1].AsBytes.Length)),
        Bits(
            Overlay.Info, [LogicalType.Bit, LogicalType.Bit, LogicalType.BigInt, LogicalType.BigInt],
            a => Overlaid(a, a[3].AsInteger)),
        Bits(s_bitstring, [LogicalType.Bit, LogicalType.Integer], Widened),
        Bits(s_fit, [LogicalType.Bit, LogicalType.BigInt], a => a[0].AsBytes.Length == a[1].AsInteger
            ? a[0].AsBytes.ToArray() : throw new QueryException(
                "22026", $"Bit string length {a[0].AsBytes.Length} does not match type bit({a[1].AsInteger})")),
        Bits(s_fitVarying, [LogicalType.Bit, LogicalType.BigInt], a => a[0].AsBytes.Length <= a[1].AsInteger
            ? a[0].AsBytes.ToArray() : throw new QueryException(
                SqlStates.StringTooLong, $"Bit string too long for type bit varying({a[1].AsInteger})")),
        Bits(s_cut, [LogicalType.Bit, LogicalType.BigInt], a => Padded(Cut(a), (int)a[1].AsInteger)),
        Bits(s_cutVarying, [LogicalType.Bit, LogicalType.BigInt], Cut),
        Bits(s_low, [LogicalType.Bit, LogicalType.BigInt], Low),
    ];

    private delegate byte[] BitsBody(ReadOnlySpan<Value> arguments);

    private delegate int NumberBody(ReadOnlySpan<Value> arguments);

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
        {
            Category = "Bit strings", Example = example, Returns = returns, Flags = FunctionFlags.CanThrow,
        };

    // The operators of integers cannot fail; those of bits can.
    private static FunctionInfo Throwing(FunctionInfo info) =>
        info with { Flags = info.Flags | FunctionFlags.CanThrow };

    private static ScalarOverload Bits(FunctionInfo info, ParameterPattern[] parameters, BitsBody body) =>
        ValueFunction.Overload(
            Throwing(info), parameters, _ => LogicalType.Bit, _ => (a, _) => Value.Bytes(LogicalType.Bit, body(a)));

    private static ScalarOverload Number(FunctionInfo info, ParameterPattern[] parameters, NumberBody body) =>
        ValueFunction.Overload(
            Throwing(info), parameters, _ => LogicalType.Integer,
            _ => (a, _) => Value.Integer(LogicalType.Integer, body(a)));

    private static ScalarOverload Pair(FunctionInfo info, string verb, Func<int, int, int> join) =>
        Bits(info, [LogicalType.Bit, LogicalType.Bit], a => Join(a[0].AsBytes, a[1].AsBytes, verb, join));

    /// <summary>Two strings of one length, bit by bit.</summary>
    /// <exception cref="QueryException">22026: their lengths differ.</exception>
    public static byte[] Join(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, string verb, Func<int, int, int> join)
    {
        if (left.Length != right.Length)
            throw new QueryException("22026", $"Cannot {verb} bit strings of different sizes");
        byte[] digits = new byte[left.Length];
        for (int i = 0; i < digits.Length; i++) digits[i] = (byte)('0' + join(left[i] - '0', right[i] - '0'));
        return digits;
    }

    private static int At(ReadOnlySpan<Value> arguments)
    {
        Int128 index = arguments[1].AsInteger;
        int count = arguments[0].AsBytes.Length;
        return index >= 0 && index < count ? (int)index : throw new QueryException(
            "2202E", $"Bit index {index} is out of valid range: 0..{count - 1}");
    }

    private static byte[] Shifted(Value bits, Int128 left)
    {
        ReadOnlySpan<byte> digits = bits.AsBytes;
        byte[] shifted = new byte[digits.Length];
        for (int i = 0; i < shifted.Length; i++)
        {
            Int128 from = i + left;
            shifted[i] = from >= 0 && from < digits.Length ? digits[(int)from] : (byte)'0';
        }
        return shifted;
    }

    private static byte[] Part(ReadOnlySpan<byte> digits, Int128 start, Int128 length)
    {
        if (length < 0) throw new QueryException(SqlStates.SubstringError, "Negative substring length not allowed");
        int from = (int)Int128.Clamp(start - 1, 0, digits.Length);
        int to = (int)Int128.Clamp(start - 1 + length, from, digits.Length);
        return digits[from..to].ToArray();
    }

    private static byte[] Overlaid(ReadOnlySpan<Value> arguments, Int128 length)
    {
        ReadOnlySpan<byte> digits = arguments[0].AsBytes;
        Int128 start = arguments[2].AsInteger;
        if (start < 1) throw new QueryException(SqlStates.SubstringError, "Negative substring length not allowed");
        return
        [
            .. Part(digits, 1, start - 1), .. arguments[1].AsBytes,
            .. digits[(int)Int128.Clamp(start - 1 + length, 0, digits.Length)..],
        ];
    }

    private static byte[] Widened(ReadOnlySpan<Value> arguments)
    {
        ReadOnlySpan<byte> digits = arguments[0].AsBytes;
        Int128 length = arguments[1].AsInteger;
        if (length < digits.Length || length > Utf8Writer.MaxLength)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "Length must be that of the bits or more",
                hint: "A cast to BIT(n) cuts.");
        }
        byte[] wide = new byte[(int)length];
        wide.AsSpan(0, wide.Length - digits.Length).Fill((byte)'0');
        digits.CopyTo(wide.AsSpan(wide.Length - digits.Length));
        return wide;
    }

    private static byte[] Cut(ReadOnlySpan<Value> arguments)
    {
        ReadOnlySpan<byte> digits = arguments[0].AsBytes;
        return digits[..(int)Int128.Min(digits.Length, arguments[1].AsInteger)].ToArray();
    }

    private static byte[] Padded(byte[] digits, int length)
    {
        byte[] padded = new byte[length];
        padded.AsSpan().Fill((byte)'0');
        digits.CopyTo(padded, 0);
        return padded;
    }

    private static byte[] Low(ReadOnlySpan<Value> arguments)
    {
        ReadOnlySpan<byte> digits = arguments[0].AsBytes;
        int length = (int)arguments[1].AsInteger;
        byte[] low = new byte[length];
        low.AsSpan().Fill(digits.IsEmpty ? (byte)'0' : digits[0]);
        int kept = Math.Min(length, digits.Length);
        digits[^kept..].CopyTo(low.AsSpan(length - kept));
        return low;
    }
}
