using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Scalar.Various;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>bit_and, bit_or and bit_xor over strings of bits of one length.</summary>
internal readonly struct BitStringOps(string verb, Func<int, int, int> join)
    : IAggregateOps<TextSlot, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public IReadOnlyList<LogicalType> PartialTypes { get; } = [LogicalType.Bit];

    public void Add(ref TextSlot state, ReadOnlySpan<byte> value, AggregateContext context) =>
        state.Set(state.HasValue ? BitStringFunctions.Join(state.Bytes, value, verb, join) : value, context);

    public void Combine(ref TextSlot target, in TextSlot source, AggregateContext context)
    {
        if (source.HasValue) Add(ref target, source.Bytes, context);
    }

    public bool Finish(in TextSlot state, AggregateContext context, out ReadOnlySpan<byte> result) =>
        state.TryFinish(context, out result);

    public void WritePartial(in TextSlot state, in PartialWriter target, AggregateContext context) =>
        state.WritePartial(target);

    public void MergePartial(ref TextSlot state, in PartialReader source, AggregateContext context)
    {
        if (!source.IsNull(0)) Add(ref state, source.Get<ReadOnlySpan<byte>>(0), context);
    }
}

/// <summary>Registry entries of the aggregates over strings of bits.</summary>
internal static class BitStringAggregates
{
    /// <summary>Every overload.</summary>
    public static IEnumerable<AggregateOverload> Overloads =>
    [
        Of(FoldAggregates.BitAndInfo, true, "AND", (x, y) => x & y),
        Of(FoldAggregates.BitOrInfo, true, "OR", (x, y) => x | y),
        Of(FoldAggregates.BitXorInfo, false, "XOR", (x, y) => x ^ y),
    ];

    private static AggregateOverload Of(
        FunctionInfo info, bool ignoresDuplicates, string verb, Func<int, int, int> join) => AggregateEntries.Unary(
            info, AggregateShape.Other, LogicalType.Bit,
            t => new UnaryAggregate<BitStringOps, TextSlot, ReadOnlySpan<byte>, ReadOnlySpan<byte>>(t, new(verb, join)),
            ignoresDuplicates);
}
