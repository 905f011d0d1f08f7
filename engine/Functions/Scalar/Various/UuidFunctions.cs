using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>Random UUIDs of version 4, and of version 7, which sort by time (RFC 9562).</summary>
internal sealed unsafe class UuidFunctions(FunctionInfo info, bool isByTime)
    : ScalarFunction(info, [], LogicalType.Uuid)
{
    private static readonly FunctionInfo s_random = new("gen_random_uuid", "A random UUID (version 4).")
    {
        Category = "UUIDs", Aliases = ["uuid", "uuidv4"],
        Example = "uuid_extract_version(gen_random_uuid())", Returns = "4",
        Flags = FunctionFlags.Volatile,
    };

    private static readonly FunctionInfo s_byTime = new("uuidv7",
        "A UUID that begins with the time (version 7), so that later ones sort behind.")
    {
        Category = "UUIDs", Example = "uuid_extract_version(uuidv7())", Returns = "7", Flags = FunctionFlags.Volatile,
    };

    private static readonly FunctionInfo s_version = new("uuid_extract_version",
        "The version of a UUID; NULL for variants without one.")
    {
        Category = "UUIDs", Example = "uuid_extract_version('019535d9-3df7-79fb-b466-fa907fa17f9e')", Returns = "7",
        Flags = FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_time = new("uuid_extract_timestamp",
        "The time in a UUID of version 7; NULL in others.")
    {
        Category = "UUIDs",
        Example = "uuid_extract_timestamp('019535d9-3df7-79fb-b466-fa907fa17f9e') AT TIME ZONE 'UTC'",
        Returns = "2025-02-24 02:46:24.503", Flags = FunctionFlags.MayReturnNull,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_random, [], _ => new UuidFunctions(s_random, isByTime: false)),
        FunctionEntries.Bound(s_byTime, [], _ => new UuidFunctions(s_byTime, isByTime: true)),
        FunctionEntries.Bound(
            s_version, [LogicalType.Uuid], t =>
                new RowFunction<VersionKernel, int>(s_version, t, LogicalType.Integer, default)),
        FunctionEntries.Bound(
            s_time, [LogicalType.Uuid], t =>
                new RowFunction<TimeKernel, long>(s_time, t, LogicalType.TimestampTz, default)),
    ];

    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        RandomFunction.RandomState state = context.GetState<RandomFunction.RandomState>();
        state.Begin(context.Session.RandomSeed);
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        ulong milliseconds = (ulong)(context.Session.StatementMicroseconds / 1000);
        for (int row = 0; row < count; row++)
        {
            ulong high = isByTime ? (milliseconds << 16) | (state.Next() & 0xFFF) | 0x7000
                : (state.Next() & ~0xF000UL) | 0x4000;
            ulong low = (state.Next() >> 2) | 0x8000_0000_0000_0000;
            ((UInt128*)result.Data)[row] = new UInt128(high, low) ^ (UInt128.One << 127);
        }
    }

    private static UInt128 BitsOf(in RowArguments arguments, int row) =>
        (UInt128)arguments.Get<Int128>(0, row) ^ (UInt128.One << 127);

    private readonly struct VersionKernel : IRowKernel<int>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
        {
            UInt128 bits = BitsOf(arguments, row);
            result = (int)(uint)(bits >> 76) & 15;
            return (int)((uint)(bits >> 62) & 3) == 2;
        }
    }

    private readonly struct TimeKernel : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            UInt128 bits = BitsOf(arguments, row);
            result = (long)(ulong)(bits >> 80) * 1000;
            return ((uint)(bits >> 76) & 15) == 7;
        }
    }
}
