using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// The values of one key of an order as numbers whose unsigned order is the order of rows: what comes first has the
/// smallest. Different values may share a number where <see cref="IsExact"/> is false, and in any case 0 and the
/// largest number, which are also NULL's. For one thread.
/// </summary>
internal sealed unsafe class OrderCodes(LogicalType type, SortColumn key, MemoryAccount account) : IDisposable
{
    private readonly ColumnVector _flat = new(type, account);
    private readonly NativeBuffer _codes = NativeBuffer.Allocate(Batch.MaxRows * sizeof(ulong), account);

    /// <summary>True for types that have codes.</summary>
    public static bool Exist(LogicalType type) => type.Physical is not
        (PhysicalType.None or PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array);

    /// <summary>True when rows with the same code, neither 0 nor the largest, have equal values.</summary>
    public bool IsExact => type.Physical != PhysicalType.Utf8;

    /// <summary>The codes of rows, good until the next call.</summary>
    public ulong* Of(ColumnVector vector, int count)
    {
        ulong* codes = (ulong*)_codes.Pointer;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (vector.IsConstant)
        {
            new Span<ulong>(codes, count).Fill(CodeOf(vector, 0));
            return codes;
        }
        if (type.Physical == PhysicalType.Float64)
        {
            double* values = (double*)vector.Data;
            for (int i = 0; i < count; i++) codes[i] = Turn((ulong)ZoneKey.OfDouble(values[i]) ^ (1UL << 63));
        }
        else if (vector.Lane.IsInteger() && type.Physical is not (PhysicalType.Int128 or PhysicalType.UInt64))
        {
            Expressions.IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base, sizeof(ulong), (byte*)codes);
            for (int i = 0; i < count; i++) codes[i] = Turn(codes[i] ^ (1UL << 63));
        }
        else
        {
            for (int i = 0; i < count; i++) codes[i] = vector.IsValid(i) ? CodeOf(vector, i) : 0;
        }
        if (!vector.HasNulls) return codes;
        for (int i = 0; i < count; i++)
        {
            if (!vector.IsValid(i)) codes[i] = NullCode;
        }
        return codes;
    }

    public void Dispose()
    {
        _flat.Dispose();
        _codes.Release();
    }

    private ulong NullCode => key.NullsFirst ? 0 : ulong.MaxValue;

    /// <summary>The plain meaning, of one row.</summary>
    internal ulong CodeOf(ColumnVector vector, int row)
    {
        if (!vector.IsValid(row)) return NullCode;
        ulong code = type.Physical switch
        {
            PhysicalType.Float32 or PhysicalType.Float64 =>
                (ulong)ZoneKey.OfDouble(vector.GetDouble(row)) ^ (1UL << 63),
            PhysicalType.Utf8 => ZoneKey.OfText(vector.GetUtf8(row).Span),
            PhysicalType.UInt64 => (ulong)vector.GetInteger(row),
            // What 64 bits cannot tell apart shares the first or the last code.
            _ => (ulong)(long)Int128.Clamp(vector.GetInteger(row), long.MinValue, long.MaxValue) ^ (1UL << 63),
        };
        return Turn(code);
    }

    private ulong Turn(ulong code) => key.IsDescending ? ~code : code;
}
