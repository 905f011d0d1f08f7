using System.Buffers;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Intervals.
/// <code>
///   bytes    field
///   node     months of each row, integers
///   node     days
///   node     microseconds
/// </code>
/// </summary>
internal sealed unsafe class IntervalBlock(
    ValidityDecoder validity, int rowCount, IntegerDecoder months, IntegerDecoder days, IntegerDecoder microseconds)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + months.IndexBytes + days.IndexBytes + microseconds.IndexBytes;

    /// <summary>Opens the three streams.</summary>
    public static IntervalBlock Open(ref NodeReader source, ValidityDecoder validity, int rowCount)
    {
        IntegerDecoder months = EncodingRegistry.OpenIntegers(ref source, rowCount);
        IntegerDecoder days = EncodingRegistry.OpenIntegers(ref source, rowCount);
        return new IntervalBlock(validity, rowCount, months, days, EncodingRegistry.OpenIntegers(ref source, rowCount));
    }

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        target.ResetFlat(Capacity(count));
        Interval* values = (Interval*)target.Data;
        long[] rented = ArrayPool<long>.Shared.Rent(count);
        int[] rentedDays = ArrayPool<int>.Shared.Rent(count * 2);
        fixed (long* micros = rented)
        fixed (int* parts = rentedDays)
        {
            months.Decode(first, count, (ulong)months.Base, (byte*)parts, sizeof(int));
            days.Decode(first, count, (ulong)days.Base, (byte*)(parts + count), sizeof(int));
            microseconds.Decode(first, count, (ulong)microseconds.Base, (byte*)micros, sizeof(long));
            for (int i = 0; i < count; i++) values[i] = new Interval(parts[i], parts[count + i], micros[i]);
        }
        ArrayPool<long>.Shared.Return(rented);
        ArrayPool<int>.Shared.Return(rentedDays);
    }
}
