using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>The state of a fold: the value so far and whether there was any.</summary>
internal struct Folded<T> where T : unmanaged
{
    public T Value;
    public byte HasValue;
}

/// <summary>How a fold joins two values; joining must not depend on their order.</summary>
internal interface IFold<T> where T : unmanaged
{
    static abstract T Join(T x, T y);
}

/// <summary>An aggregate that joins values two by two: the bits, the truth values, the product.</summary>
internal readonly struct FoldOps<T, TFold>(LogicalType type) : IAggregateOps<Folded<T>, T, T>
    where T : unmanaged where TFold : struct, IFold<T>
{
    public IReadOnlyList<LogicalType> PartialTypes { get; } = [type];

    public void Add(ref Folded<T> state, T value, AggregateContext context)
    {
        state.Value = state.HasValue == 0 ? value : TFold.Join(state.Value, value);
        state.HasValue = 1;
    }

    public void Combine(ref Folded<T> target, in Folded<T> source, AggregateContext context)
    {
        if (source.HasValue != 0) Add(ref target, source.Value, context);
    }

    public bool Finish(in Folded<T> state, AggregateContext context, out T result)
    {
        result = state.Value;
        return state.HasValue != 0;
    }

    public void WritePartial(in Folded<T> state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Value);
        if (state.HasValue == 0) target.SetNull(0);
    }

    public void MergePartial(ref Folded<T> state, in PartialReader source, AggregateContext context)
    {
        if (!source.IsNull(0)) Add(ref state, source.Get<T>(0), context);
    }
}

/// <summary>x AND y, bit by bit; of truth values too.</summary>
internal readonly struct AndFold<T> : IFold<T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Join(T x, T y) => x & y;
}

/// <summary>x OR y, bit by bit; of truth values too.</summary>
internal readonly struct OrFold<T> : IFold<T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Join(T x, T y) => x | y;
}

/// <summary>x XOR y, bit by bit.</summary>
internal readonly struct XorFold<T> : IFold<T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Join(T x, T y) => x ^ y;
}

/// <summary>x * y</summary>
internal readonly struct ProductFold : IFold<double>
{
    public static double Join(double x, double y) => x * y;
}

/// <summary>Registry entries of the folds.</summary>
internal static class FoldAggregates
{
    private static readonly FunctionInfo s_and = new("bool_and", "True when all values are.")
    {
        Category = "Aggregates", Aliases = ["every"], Example = "bool_and(true)", Returns = "true",
    };

    private static readonly FunctionInfo s_or = new("bool_or", "True when some value is.")
    {
        Category = "Aggregates", Example = "bool_or(false)", Returns = "false",
    };

    /// <summary>bit_and, of integers and of strings of bits.</summary>
    public static readonly FunctionInfo BitAndInfo = new("bit_and", "The bits that all values have.")
    {
        Category = "Aggregates", Example = "bit_and(6)", Returns = "6",
    };

    /// <summary>bit_or, of integers and of strings of bits.</summary>
    public static readonly FunctionInfo BitOrInfo = new("bit_or", "The bits that some value has.")
    {
        Category = "Aggregates", Example = "bit_or(6)", Returns = "6",
    };

    /// <summary>bit_xor, of integers and of strings of bits.</summary>
    public static readonly FunctionInfo BitXorInfo = new("bit_xor", "The bits that an odd number of values have.")
    {
        Category = "Aggregates", Example = "bit_xor(6)", Returns = "6",
    };

    private static readonly FunctionInfo s_product = new("product", "The values multiplied.")
    {
        Category = "Aggregates", Example = "product(6)", Returns = "6",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<AggregateOverload> Overloads =>
    [
        Fold<byte, AndFold<byte>>(s_and, LogicalType.Boolean, ignoresDuplicates: true),
        Fold<byte, OrFold<byte>>(s_or, LogicalType.Boolean, ignoresDuplicates: true),
        .. Bits<sbyte>(LogicalType.TinyInt), .. Bits<short>(LogicalType.SmallInt), .. Bits<int>(LogicalType.Integer),
        .. Bits<long>(LogicalType.BigInt), .. Bits<Int128>(LogicalType.HugeInt), .. Bits<byte>(LogicalType.UTinyInt),
        .. Bits<ushort>(LogicalType.USmallInt), .. Bits<uint>(LogicalType.UInteger),
            .. Bits<ulong>(LogicalType.UBigInt),
        Fold<double, ProductFold>(s_product, LogicalType.Double, ignoresDuplicates: false),
    ];

    private static AggregateOverload[] Bits<T>(LogicalType type) where T : unmanaged, IBinaryInteger<T> =>
    [
        Fold<T, AndFold<T>>(BitAndInfo, type, ignoresDuplicates: true),
        Fold<T, OrFold<T>>(BitOrInfo, type, ignoresDuplicates: true),
        Fold<T, XorFold<T>>(BitXorInfo, type, ignoresDuplicates: false),
    ];

    private static AggregateOverload Fold<T, TFold>(FunctionInfo info, LogicalType type, bool ignoresDuplicates)
        where T : unmanaged where TFold : struct, IFold<T> => AggregateEntries.Unary(
            info, AggregateShape.Other, type, t =>
                new UnaryAggregate<FoldOps<T, TFold>, Folded<T>, T, T>(t, new(t)), ignoresDuplicates);
}
