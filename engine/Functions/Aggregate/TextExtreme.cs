using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>min or max over text and blobs, in the order of their bytes.</summary>
internal readonly struct TextExtremeOps(LogicalType type, bool isMax)
    : IAggregateOps<TextSlot, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public IReadOnlyList<LogicalType> PartialTypes { get; } = [type];

    public void Add(ref TextSlot state, ReadOnlySpan<byte> value, AggregateContext context)
    {
        if (state.HasValue)
        {
            int order = value.SequenceCompareTo(state.Bytes);
            if (isMax ? order <= 0 : order >= 0) return;
        }
        state.Set(value, context);
    }

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
