using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>Bytes and bits of blobs: get_byte, set_byte, get_bit, set_bit, numbered from 0 as in PostgreSQL.</summary>
internal static class BitFunctions
{
    private static readonly FunctionInfo s_getByte =
        Info("get_byte", "A byte by its number.", "get_byte('\\x1234'::bytea, 1)", "52");
    /// <summary>get_bit, of blobs and of strings of bits.</summary>
    public static readonly FunctionInfo GetBitInfo =
        Info("get_bit", "A bit by its number, the lowest of each byte first.", "get_bit('\\x12'::bytea, 1)", "1");
    private static readonly FunctionInfo s_setByte = Info(
        "set_byte", "The blob with another byte at a number.", "set_byte('\\x1234'::bytea, 1, 255)", "\\x12ff");
    /// <summary>set_bit, of blobs and of strings of bits.</summary>
    public static readonly FunctionInfo SetBitInfo =
        Info("set_bit", "The blob with another bit at a number.", "set_bit('\\x12'::bytea, 0, 1)", "\\x13");

    private static readonly FunctionInfo s_count = Numbers.BitCount<long>.Info;

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(
            s_count, [LogicalType.Blob], t =>
                new RowFunction<CountKernel, long>(s_count, t, LogicalType.BigInt, default)),
        FunctionEntries.Bound(s_getByte, [LogicalType.Blob, LogicalType.BigInt], t =>
            new RowFunction<GetKernel, int>(s_getByte, t, LogicalType.Integer, new(false))),
        FunctionEntries.Bound(GetBitInfo, [LogicalType.Blob, LogicalType.BigInt], t =>
            new RowFunction<GetKernel, int>(GetBitInfo, t, LogicalType.Integer, new(true))),
        FunctionEntries.Bound(
            s_setByte, [LogicalType.Blob, LogicalType.BigInt, LogicalType.Integer],
            t => new RowFunction<SetKernel, SqlBlob>(s_setByte, t, LogicalType.Blob, new(false))),
        FunctionEntries.Bound(
            SetBitInfo, [LogicalType.Blob, LogicalType.BigInt, LogicalType.Integer],
            t => new RowFunction<SetKernel, SqlBlob>(SetBitInfo, t, LogicalType.Blob, new(true))),
    ];

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
    {
        Category = "Blobs", Example = example, Returns = returns, Flags = FunctionFlags.CanThrow,
    };

    private static void Check(long index, long count)
    {
        if (index >= 0 && index < count) return;
        throw new QueryException("2202E", $"Index {index} is out of valid range: 0..{count - 1}");
    }

    private readonly struct CountKernel : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            result = 0;
            foreach (byte b in arguments.Get<ReadOnlySpan<byte>>(0, row)) result += byte.PopCount(b);
            return true;
        }
    }

    private readonly struct GetKernel(bool isBit) : IRowKernel<int>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
        {
            ReadOnlySpan<byte> bytes = arguments.Get<ReadOnlySpan<byte>>(0, row);
            long index = arguments.Get<long>(1, row);
            Check(index, isBit ? bytes.Length * 8L : bytes.Length);
            result = isBit ? bytes[(int)(index >> 3)] >> (int)(index & 7) & 1 : bytes[(int)index];
            return true;
        }
    }

    private readonly struct SetKernel(bool isBit) : IRowKernel<SqlBlob>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out SqlBlob result)
        {
            ReadOnlySpan<byte> bytes = arguments.Get<ReadOnlySpan<byte>>(0, row);
            long index = arguments.Get<long>(1, row);
            int value = arguments.Get<int>(2, row);
            Check(index, isBit ? bytes.Length * 8L : bytes.Length);
            if (isBit && value is not (0 or 1)) throw new QueryException(
                SqlStates.InvalidParameterValue, "New bit must be 0 or 1");
            Utf8Writer target = new(context.Text, bytes.Length + 1);
            target.Append(bytes);
            Span<byte> copy = target.Written;
            if (!isBit) copy[(int)index] = (byte)value;
            else copy[(int)(index >> 3)] =
                (byte)((copy[(int)(index >> 3)] & ~(1 << (int)(index & 7))) | (value << (int)(index & 7)));
            result = new SqlBlob(target.End());
            return true;
        }
    }
}
