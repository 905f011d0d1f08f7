using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts of strings of bits. An integer has as many bits as its type, the highest first.</summary>
internal static class BitCasts
{
    /// <summary>An integer or truth value as its bits.</summary>
    public static ScalarFunction FromInteger(LogicalType from, LogicalType to) => new ValueFunction(
        new FunctionInfo("cast", "Changes the type."), [from], to, (arguments, _) =>
        {
            int bits = BitsOf(from);
            Int128 number = arguments[0].AsInteger;
            byte[] digits = new byte[bits];
            for (int i = 0; i < bits; i++) digits[i] = (byte)('0' + (int)((number >> (bits - 1 - i)) & 1));
            return Value.Bytes(to, digits);
        });

    /// <summary>Bits as an integer: as many as it has make a negative one where the first is set.</summary>
    public static ScalarFunction ToInteger(LogicalType from, LogicalType to, CastFailure failure) => new ValueFunction(
        new FunctionInfo("cast", "Changes the type.")
        {
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
        },
        [from], to, (arguments, _) =>
        {
            ReadOnlySpan<byte> digits = arguments[0].AsBytes;
            int bits = BitsOf(to);
            if (digits.Length > bits)
            {
                failure.Fail(SqlStates.NumericOutOfRange, $"Bit string is out of range for type {to}");
                return null;
            }
            Int128 number = 0;
            foreach (byte digit in digits) number = (number << 1) | (digit == '1' ? 1 : 0);
            bool isNegative = digits.Length == bits && bits < 128 && digits[0] == '1' && !to.Physical.IsUnsigned();
            return Value.Integer(to, isNegative ? number - (Int128.One << bits) : number);
        });

    private static int BitsOf(LogicalType type) => type.Kind == TypeKind.Boolean ? 1 : type.Physical.SizeBytes() * 8;
}

/// <summary>Text to bits: digits, or x and hexadecimal digits, or b and digits.</summary>
internal readonly struct TextToBits(CastFailure failure) : IRowKernel<SqlBits>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out SqlBits result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        bool isHex = text is [(byte)'x' or (byte)'X', ..];
        ReadOnlySpan<byte> digits = isHex || text is [(byte)'b' or (byte)'B', ..] ? text[1..] : text;
        Utf8Writer target = new(context.Text);
        result = default;
        foreach (byte digit in digits)
        {
            int value = !isHex ? digit - '0' : char.IsAsciiHexDigit((char)digit)
                ? Convert.ToInt32(((char)digit).ToString(), 16) : -1;
            if (value < 0 || value > (isHex ? 15 : 1))
            {
                string kind = isHex ? "hexadecimal" : "binary";
                return failure.Fail(
                    SqlStates.InvalidTextRepresentation,
                    $"\"{(char)digit}\" is not a valid {kind} digit in type bit");
            }
            for (int bit = isHex ? 3 : 0; bit >= 0; bit--) target.Append((byte)('0' + ((value >> bit) & 1)));
        }
        result = new SqlBits(target.End());
        return true;
    }
}

/// <summary>Bits to bytes; zeros fill the last one.</summary>
internal readonly struct BitsToBlob : IRowKernel<SqlBlob>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out SqlBlob result)
    {
        Utf8Writer target = new(context.Text);
        target.Append(BitText.ToBytes(arguments.Get<SqlBits>(0, row).Digits));
        result = new SqlBlob(target.End());
        return true;
    }
}

/// <summary>Bytes to bits.</summary>
internal readonly struct BlobToBits : IRowKernel<SqlBits>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out SqlBits result)
    {
        ReadOnlySpan<byte> bytes = arguments.Get<SqlBlob>(0, row).Bytes;
        Utf8Writer target = new(context.Text);
        target.Append(BitText.FromBytes(bytes, bytes.Length * 8));
        result = new SqlBits(target.End());
        return true;
    }
}
