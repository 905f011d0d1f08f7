using ColFrag.Engine.Encodings;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Integers of up to 64 bits.
/// <code>
///   bytes    field
///   node     value of each row, integers; those of 64 bits without sign have their top bit turned. NULL rows repeat
///            the value before them.
/// </code>
/// </summary>
internal sealed unsafe class IntegerBlock(
    ValidityDecoder validity, int rowCount, IntegerDecoder values, Int128 bias, NativeBuffer bytes)
    : BlockDecoder(validity, rowCount)
{
    /// <summary>What turning the top bit takes from unsigned 64-bit values.</summary>
    public static Int128 UnsignedBias => (Int128)1 << 63;

    public override long IndexBytes => base.IndexBytes + values.IndexBytes;

    /// <summary>Opens the values.</summary>
    public static IntegerBlock Open(ref NodeReader source, LogicalType type, ValidityDecoder validity, int rowCount)
    {
        IntegerDecoder values = EncodingRegistry.OpenIntegers(ref source, rowCount);
        Int128 bias = type.Physical == PhysicalType.UInt64 ? UnsignedBias : 0;
        IntegerBounds.Check(ref source, type, values.Base + bias);
        return new IntegerBlock(validity, rowCount, values, bias, source.Block);
    }

    /// <inheritdoc/>
    public override bool TryFilter(ScanFilter filter, int first, int count, ulong* mask)
    {
        if (base.TryFilter(filter, first, count, mask)) return true;
        if (values is not IRunDecoder runs || filter is not IIntegerFilter { CanTest: true } test) return false;
        // One test for a run, whatever its length.
        int last = first + count;
        for (int run = runs.FindRun(first), row = first; row < last; run++)
        {
            int end = Math.Min(runs.GetRunEnd(run), last);
            if (!test.Passes(runs.GetRunValue(run) + bias)) ClearRange(mask, row - first, end - first);
            row = end;
        }
        AndValid(first, count, mask);
        return true;
    }

    private static void ClearRange(ulong* words, int from, int to)
    {
        while (from < to)
        {
            int bit = from & 63;
            int n = Math.Min(64 - bit, to - from);
            words[from >> 6] &= ~((n == 64 ? ulong.MaxValue : (1UL << n) - 1) << bit);
            from += n;
        }
    }

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        Int128 start = values.Base + bias;
        if (values.Bits == 0 && !hasNulls)
        {
            target.ResetConstant(count);
            VectorValues.StoreInteger(target.Data, target.Lane, 0, start);
            return;
        }
        NarrowLanes.Read(values, start, first, count, target, bytes);
    }
}
