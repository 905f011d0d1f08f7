using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Conditional;

/// <summary>least and greatest of any number of values of one type; NULLs do not count, as in PostgreSQL.</summary>
internal sealed unsafe class LeastGreatest : FlatFunction
{
    private static readonly FunctionInfo s_least = new("least", "The smallest of the values that are not NULL.")
    {
        Category = "Conditions", Example = "least(42, NULL, 7)", Returns = "7", Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_greatest = new("greatest", "The largest of the values that are not NULL.")
    {
        Category = "Conditions", Example = "greatest('a', 'c', 'b')", Returns = "c", Flags = FunctionFlags.HandlesNulls,
    };

    private readonly int _sign;

    private LeastGreatest(FunctionInfo info, LogicalType[] types, bool isGreatest) : base(info, types, types[0]) =>
        _sign = isGreatest ? 1 : -1;

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_least, [ParameterPattern.Element], t =>
            new LeastGreatest(s_least, t, false), isVariadic: true),
        FunctionEntries.Bound(s_greatest, [ParameterPattern.Element], t =>
            new LeastGreatest(s_greatest, t, true), isVariadic: true),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        foreach (ColumnVector argument in arguments)
        {
            if (ResultType.Physical == PhysicalType.Utf8) result.KeepAliveFrom(argument);
        }
        switch (ResultType.Physical)
        {
            case PhysicalType.Int16: Fold<short>(arguments, count, valid, result); break;
            case PhysicalType.Int32: Fold<int>(arguments, count, valid, result); break;
            case PhysicalType.Int64: Fold<long>(arguments, count, valid, result); break;
            case PhysicalType.Int128: Fold<Int128>(arguments, count, valid, result); break;
            default: FoldAny(arguments, count, valid, result); break;
        }
    }

    private void Fold<T>(ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result)
        where T : unmanaged, INumber<T>
    {
        T* target = (T*)result.Data;
        valid.Clear();
        foreach (ColumnVector argument in arguments)
        {
            T* source = (T*)argument.Data;
            for (int row = 0; row < count; row++)
            {
                if (!argument.IsValid(row)) continue;
                bool isBetter =
                    !IsSet(valid, row) || (_sign > 0 ? source[row] > target[row] : source[row] < target[row]);
                if (isBetter) target[row] = source[row];
                valid[row >> 6] |= 1UL << row;
            }
        }
    }

    private void FoldAny(ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result)
    {
        int[] elements = new int[count];
        for (int row = 0; row < count; row++)
        {
            int best = -1;
            for (int a = 0; a < arguments.Length; a++)
            {
                if (!arguments[a].IsValid(row)) continue;
                bool isBetter =
                    best < 0 || ValueComparison.Compare(arguments[a], row, arguments[best], row) * _sign > 0;
                if (isBetter) best = a;
            }
            if (best < 0) Clear(valid, row);
            elements[row] = best < 0 ? ElementCopy.Null : (best * count) + row;
        }
        ColumnVector[] parts = new ColumnVector[arguments.Length];
        using ColumnVector all = new(ResultType);
        for (int a = 0; a < parts.Length; a++) (parts[a] = arguments[a]).Count = count;
        ElementCopy.Concatenate(parts, all);
        ElementCopy.Gather(all, elements, result);
        result.ClearValidity();
    }
}
