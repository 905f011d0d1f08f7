using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// Semi-join by a bloom filter over the execution hash of the build side's keys, and by their bounds.
/// </summary>
internal sealed unsafe class BloomJoinFilter(int column, BloomFilter bloom, Value? min, Value? max)
    : ScanFilter(column), IIntegerFilter
{
    private readonly ScanFilter? _range = min is null && max is null ? null : Range(column, min, max);

    public override bool IsApproximate => true;

    public bool Passes(Int128 value) =>
        (_range is not IIntegerFilter range || range.Passes(value)) && bloom.MayContain(Hashing.OfInteger(value));

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) =>
        _range is not null && _range.Check(zone) == ZoneMatch.None ? ZoneMatch.None : ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        _range?.AndElements(values, count, mask);
        switch (values.Lane)
        {
            case PhysicalType.Utf8: AndTexts((Utf8View*)values.Data, count, mask); break;
            case PhysicalType.Float64: AndDoubles((double*)values.Data, count, mask); break;
            case PhysicalType.Float32: AndDoubles((float*)values.Data, count, mask); break;
            default: IntegerLanes.And(values, count, mask, new Test(bloom)); break;
        }
    }

    private void AndTexts(Utf8View* texts, int count, ulong* mask)
    {
        for (int i = 0; i < count; i++)
        {
            if (!Kernels.Bitmap.IsSet(mask, i)) continue;
            if (!bloom.MayContain(Hashing.OfBytes(texts[i].Pointer, texts[i].Length))) mask[i >> 6] &= ~(1UL << i);
        }
    }

    private void AndDoubles<T>(T* values, int count, ulong* mask) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < count; i++)
        {
            if (!bloom.MayContain(Hashing.OfDouble(double.CreateTruncating(values[i])))) mask[i >> 6] &= ~(1UL << i);
        }
    }

    private readonly struct Test(BloomFilter bloom) : IIntegerTest
    {
        public bool Passes(long value) => bloom.MayContain(Hashing.OfInteger((ulong)value));

        public bool Passes(Int128 value) => bloom.MayContain(Hashing.OfInteger(value));
    }
}
