using System.Buffers;
using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>Writes a block of a column from a flat vector; see <see cref="BlockDecoder"/> for the bytes.</summary>
internal static unsafe class BlockEncoder
{
    /// <summary>Values of a block that the histogram sees.</summary>
    private const int SampleCount = 128;

    /// <summary>Encodes the rows of a flat vector and says what is known about them.</summary>
    /// <param name="rows">The rows; values of NULL rows may be overwritten.</param>
    /// <param name="count">How many.</param>
    /// <param name="context">The block's context.</param>
    /// <param name="target">Where to.</param>
    /// <param name="collector">Sees every value, or null.</param>
    public static BlockFacts Encode(
        ColumnVector rows, int count, EncodingContext context, ByteWriter target, ValueCollector? collector = null)
    {
        List<byte> trace = [];
        context = context with { Trace = trace };
        int nullCount = rows.Validity is null ? 0 : count - Bitmap.CountSet(rows.Validity, count);
        if (rows.Type.Physical == PhysicalType.None) nullCount = count;
        BlockForm form = nullCount == count ? BlockForm.Null : BlockDecoder.FormOf(rows.Type);
        target.WriteByte((byte)form);
        if (form == BlockForm.Null)
        {
            target.WriteByte(EncodingRegistry.NumberOf(EncodingRegistry.Get<AllNullEncoding>()));
            return new BlockFacts { RowCount = count, NullCount = count };
        }
        EncodingChooser.WriteValidity(nullCount == 0 ? null : rows.Validity, count, context, target);
        BlockFacts facts = form switch
        {
            BlockForm.Integer => EncodeIntegers(rows, count, context, target, collector),
            BlockForm.Wide => EncodeWides(rows, count, context, target, collector),
            BlockForm.Float => EncodeFloats(rows, count, context, target, collector),
            BlockForm.Text => EncodeTexts(rows, count, context, target, collector),
            BlockForm.Interval => EncodeIntervals(rows, count, context, target),
            _ => EncodeNested(rows, count, context, target),
        };
        return Complete(facts, rows.Validity, nullCount, count, context, trace);
    }

    /// <summary>Encodes codes into the segment's dictionary, for a text column.</summary>
    /// <param name="codes">The code of each row; NULL rows repeat the one before.</param>
    /// <param name="count">Rows.</param>
    /// <param name="validity">A bit per row, or null.</param>
    /// <param name="keys">The zone key of each code.</param>
    /// <param name="rawBytes">Bytes of the texts.</param>
    /// <param name="context">The block's context.</param>
    /// <param name="target">Where to.</param>
    /// <param name="collector">Gets keys for the histogram; it has seen the values when they arrived.</param>
    public static BlockFacts EncodeCodes(
        ReadOnlySpan<long> codes, int count, ulong* validity, ulong[] keys, long rawBytes,
        EncodingContext context, ByteWriter target, ValueCollector collector)
    {
        List<byte> trace = [];
        context = context with { Trace = trace };
        int nullCount = validity is null ? 0 : count - Bitmap.CountSet(validity, count);
        target.WriteByte((byte)BlockForm.Codes);
        EncodingChooser.WriteValidity(nullCount == 0 ? null : validity, count, context, target);
        fixed (long* start = codes)
        {
            IntegerStatistics statistics = new(start, count, context.VectorRows);
            EncodingChooser.WriteIntegers(statistics, context, target);
            int step = Math.Max(1, count / SampleCount);
            for (int i = 0; i < count; i += step) collector.AddSample(keys[codes[i]]);
            (Int128, Int128)[] zones = new (Int128, Int128)[statistics.VectorCount];
            for (int v = 0; v < zones.Length; v++)
            {
                zones[v] = (keys[(int)statistics.VectorMins[v]], keys[(int)statistics.VectorMaxes[v]]);
            }
            BlockFacts facts = new()
            {
                RowCount = count, Zones = zones, RunCount = statistics.RunCount, DescentCount = statistics.DescentCount,
                RawBytes = rawBytes,
            };
            return Complete(facts, validity, nullCount, count, context, trace);
        }
    }

    private static BlockFacts Complete(
        BlockFacts facts, ulong* validity, int nullCount, int count, EncodingContext context, List<byte> trace)
    {
        int[] zoneNulls = [];
        if (nullCount > 0)
        {
            zoneNulls = new int[context.VectorCount(count)];
            for (int v = 0; v < zoneNulls.Length; v++)
            {
                int first = v * context.VectorRows, rows = Math.Min(context.VectorRows, count - first);
                zoneNulls[v] = rows - Bitmap.CountSet(validity + (first / 64), rows);
                if (zoneNulls[v] == rows && facts.Zones.Length > 0) facts.Zones[v] = BlockFacts.NoBounds;
            }
        }
        return new BlockFacts
        {
            RowCount = count, NullCount = nullCount, ZoneNullCounts = zoneNulls, Zones = facts.Zones, Sum = facts.Sum,
            RunCount = facts.RunCount, DescentCount = facts.DescentCount, RawBytes = facts.RawBytes,
            Trace = [.. trace.Take(4)],
        };
    }

    private static BlockFacts EncodeIntegers(
        ColumnVector rows, int count, EncodingContext context, ByteWriter target, ValueCollector? collector)
    {
        long[] rented = ArrayPool<long>.Shared.Rent(count);
        try
        {
            fixed (long* values = rented)
            {
                Widen(rows, count, values);
                FillNulls(values, rows.Validity, count);
                Int128 bias = rows.Lane == PhysicalType.UInt64 ? IntegerBlock.UnsignedBias : 0;
                Collect(values, count, bias, collector);
                IntegerStatistics statistics = new(values, count, context.VectorRows);
                EncodingChooser.WriteIntegers(statistics, context, target);
                (Int128, Int128)[] zones = new (Int128, Int128)[statistics.VectorCount];
                for (int v = 0; v < zones.Length; v++)
                {
                    zones[v] = (statistics.VectorMins[v] + bias, statistics.VectorMaxes[v] + bias);
                }
                return new BlockFacts
                {
                    RowCount = count, Zones = zones,
                    Sum = HasSum(rows.Type) ? Sum(values, rows.Validity, count, bias) : null,
                    RunCount = statistics.RunCount, DescentCount = statistics.DescentCount,
                    RawBytes = (long)count * rows.Lane.SizeBytes(),
                };
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(rented);
        }
    }

    private static BlockFacts EncodeWides(
        ColumnVector rows, int count, EncodingContext context, ByteWriter target, ValueCollector? collector)
    {
        Int128* values = (Int128*)rows.Data;
        FillNulls(values, rows.Validity, count);
        EncodingChooser.WriteWides(values, count, context, target);
        Int128 sum = 0;
        bool fits = HasSum(rows.Type);
        for (int i = 0; i < count && fits; i++)
        {
            if (rows.Validity is not null && !Bitmap.IsSet(rows.Validity, i)) continue;
            Int128 next = unchecked(sum + values[i]);
            // A sum that leaves 128 bits is not kept.
            fits = ((sum ^ next) & (values[i] ^ next)) >= 0;
            sum = next;
        }
        for (int i = 0; i < count && collector is not null; i++) collector.Add(SketchHash.OfInteger(values[i]));
        Sample(count, i => values[i], collector);
        return new BlockFacts
        {
            RowCount = count, Zones = FindZones(count, context, i => values[i]), Sum = fits ? sum : null,
            RawBytes = count * 16L,
        };
    }

    private static BlockFacts EncodeFloats(
        ColumnVector rows, int count, EncodingContext context, ByteWriter target, ValueCollector? collector)
    {
        if (rows.Lane == PhysicalType.Float32) FillNulls((int*)rows.Data, rows.Validity, count);
        else FillNulls((long*)rows.Data, rows.Validity, count);
        FloatStatistics statistics = new(rows.Data, rows.Lane, count, context.VectorRows);
        EncodingChooser.WriteFloats(statistics, context, target);
        bool isDouble = rows.Lane == PhysicalType.Float64;
        if (isDouble) collector?.AddDoubles((double*)rows.Data, count);
        for (int i = 0; i < count && !isDouble && collector is not null; i++)
        {
            collector.Add(SketchHash.OfDouble(statistics[i]));
        }
        Sample(count, i => ZoneKey.OfDouble(statistics[i]), collector);
        BlockFacts facts = new()
        {
            RowCount = count, Zones = FindFloatZones(statistics, context),
            RunCount = statistics.BitStatistics.RunCount, RawBytes = (long)count * rows.Lane.SizeBytes(),
        };
        // The bit patterns are read by their address, in an array that nobody else holds.
        GC.KeepAlive(statistics);
        return facts;
    }

    private static BlockFacts EncodeTexts(
        ColumnVector rows, int count, EncodingContext context, ByteWriter target, ValueCollector? collector)
    {
        Utf8View* views = (Utf8View*)rows.Data;
        ulong* validity = rows.Validity;
        for (int i = 0; i < count && validity is not null; i++)
        {
            if (!Bitmap.IsSet(validity, i)) views[i] = default;
        }
        TextStatistics statistics = new(views, count, context.VectorRows, context.Fsst);
        EncodingChooser.WriteTexts(statistics, context, target);
        for (int i = 0; i < count && collector is not null; i++)
        {
            if (validity is null || Bitmap.IsSet(validity, i)) collector.Add(SketchHash.OfText(views[i].Span));
        }
        SampleTexts(views, validity, count, collector);
        return new BlockFacts
        {
            RowCount = count, RawBytes = statistics.TotalBytes + (count * 4L),
            Zones = FindTextZones(views, validity, count, context),
        };
    }

    private static void SampleTexts(Utf8View* views, ulong* validity, int count, ValueCollector? collector)
    {
        int step = Math.Max(1, count / SampleCount);
        for (int i = 0; i < count && collector is not null; i += step)
        {
            if (validity is null || Bitmap.IsSet(validity, i)) collector.AddSample(ZoneKey.OfText(views[i].Span));
        }
    }

    private static (Int128 Min, Int128 Max)[] FindTextZones(
        Utf8View* views, ulong* validity, int count, EncodingContext context)
    {
        (Int128 Min, Int128 Max)[] zones = new (Int128, Int128)[context.VectorCount(count)];
        for (int v = 0; v < zones.Length; v++)
        {
            ulong min = ulong.MaxValue, max = 0;
            bool any = false;
            int last = Math.Min(count, (v + 1) * context.VectorRows);
            for (int i = v * context.VectorRows; i < last; i++)
            {
                if (validity is not null && !Bitmap.IsSet(validity, i)) continue;
                // Most texts are told from the bounds by their first four bytes.
                uint prefix = views[i].Prefix;
                if (any && prefix > (uint)(min >> 32) && prefix < (uint)(max >> 32)) continue;
                ulong key = ZoneKey.OfText(views[i].Span);
                min = Math.Min(min, key);
                max = Math.Max(max, key);
                any = true;
            }
            zones[v] = any ? (min, max) : BlockFacts.NoBounds;
        }
        return zones;
    }

    private static BlockFacts EncodeIntervals(ColumnVector rows, int count, EncodingContext context, ByteWriter target)
    {
        Interval* values = (Interval*)rows.Data;
        FillNulls((Int128*)rows.Data, rows.Validity, count);
        long[] part = new long[count];
        for (int i = 0; i < count; i++) part[i] = values[i].Months;
        EncodingChooser.WriteIntegers(part, context, target);
        for (int i = 0; i < count; i++) part[i] = values[i].Days;
        EncodingChooser.WriteIntegers(part, context, target);
        for (int i = 0; i < count; i++) part[i] = values[i].Microseconds;
        EncodingChooser.WriteIntegers(part, context, target);
        return new BlockFacts
        {
            RowCount = count, Zones = FindZones(count, context, i => values[i].Span), RawBytes = count * 16L,
        };
    }

    private static BlockFacts EncodeNested(ColumnVector rows, int count, EncodingContext context, ByteWriter target)
    {
        long rawBytes = 0;
        switch (rows.Type.Physical)
        {
            case PhysicalType.List:
                rawBytes = EncodeLists(rows, count, context, target);
                break;
            case PhysicalType.Struct:
                foreach (ColumnVector field in rows.Children)
                {
                    rawBytes += Encode(field, count, context, target).RawBytes;
                }
                break;
            case PhysicalType.Array:
                rawBytes = Encode(rows.Children[0], checked(count * rows.Type.Length), context, target).RawBytes;
                break;
            default:
                throw Invariant.Unreachable("a nested type");
        }
        return new BlockFacts { RowCount = count, RawBytes = rawBytes };
    }

    private static long EncodeLists(ColumnVector rows, int count, EncodingContext context, ByteWriter target)
    {
        // The stage appends lists one after the other, so the elements are in order already.
        ListView* views = (ListView*)rows.Data;
        long[] lengths = new long[count];
        uint[] ends = new uint[context.VectorCount(count)];
        long end = 0;
        for (int i = 0; i < count; i++)
        {
            bool isNull = rows.Validity is not null && !Bitmap.IsSet(rows.Validity, i);
            lengths[i] = isNull ? 0 : views[i].Length;
            Invariant.Holds(isNull || lengths[i] == 0 || views[i].Offset == end);
            end += lengths[i];
            ends[i / context.VectorRows] = (uint)end;
        }
        EncodingChooser.WriteIntegers(lengths, context with { Trace = null }, target);
        target.WriteSpan<uint>(ends);
        return Encode(rows.Children[0], (int)end, context, target).RawBytes + (count * 8L);
    }

    private static (Int128 Min, Int128 Max)[] FindFloatZones(FloatStatistics values, EncodingContext context)
    {
        (Int128 Min, Int128 Max)[] zones = new (Int128, Int128)[context.VectorCount(values.Count)];
        for (int v = 0; v < zones.Length; v++)
        {
            int first = v * context.VectorRows, last = Math.Min(values.Count, first + context.VectorRows);
            long min = long.MaxValue, max = long.MinValue;
            if (!values.IsSingle) (min, max) = ZoneKey.BoundsOf(values.Doubles.Slice(first, last - first));
            for (int i = first; i < last && values.IsSingle; i++)
            {
                long key = ZoneKey.OfDouble(values[i]);
                min = Math.Min(min, key);
                max = Math.Max(max, key);
            }
            zones[v] = (min, max);
        }
        return zones;
    }

    private static (Int128 Min, Int128 Max)[] FindZones(int count, EncodingContext context, Func<int, Int128> key)
    {
        (Int128 Min, Int128 Max)[] zones = new (Int128, Int128)[context.VectorCount(count)];
        for (int v = 0; v < zones.Length; v++)
        {
            int first = v * context.VectorRows, last = Math.Min(count, first + context.VectorRows);
            Int128 min = key(first), max = min;
            for (int i = first + 1; i < last; i++)
            {
                Int128 value = key(i);
                if (value < min) min = value;
                if (value > max) max = value;
            }
            zones[v] = (min, max);
        }
        return zones;
    }

    private static void Collect(long* values, int count, Int128 bias, ValueCollector? collector)
    {
        if (collector is null) return;
        if (bias == 0) collector.AddIntegers(values, count);
        for (int i = 0; i < count && bias != 0; i++)
        {
            if (i == 0 || values[i] != values[i - 1]) collector.Add(SketchHash.OfInteger(values[i] + bias));
        }
        Sample(count, i => values[i] + bias, collector);
    }

    /// <summary>Picks values from all parts of the block for the histogram.</summary>
    private static void Sample(int count, Func<int, Int128> key, ValueCollector? collector)
    {
        if (collector is null) return;
        int picked = Math.Min(SampleCount, count);
        for (int i = 0; i < picked; i++) collector.AddSample(key((int)((long)i * count / picked)));
    }

    private static bool HasSum(LogicalType type) => type.IsInteger || type.Kind == TypeKind.Decimal;

    /// <summary>Values as 64-bit integers; those without sign have their top bit turned.</summary>
    private static void Widen(ColumnVector rows, int count, long* target)
    {
        switch (rows.Lane)
        {
            case PhysicalType.Int8: Widening.Convert((sbyte*)rows.Data, count, 0L, target); break;
            case PhysicalType.Int16: Widening.Convert((short*)rows.Data, count, 0L, target); break;
            case PhysicalType.Int32: Widening.Convert((int*)rows.Data, count, 0L, target); break;
            case PhysicalType.UInt8: Widening.Convert(rows.Data, count, 0L, target); break;
            case PhysicalType.UInt16: Widening.Convert((ushort*)rows.Data, count, 0L, target); break;
            case PhysicalType.UInt32: Widening.Convert((uint*)rows.Data, count, 0L, target); break;
            case PhysicalType.Int64:
                new ReadOnlySpan<long>(rows.Data, count).CopyTo(new Span<long>(target, count));
                break;
            case PhysicalType.UInt64:
                ElementWise.Apply<long, BitXor<long>>((long*)rows.Data, long.MinValue, count, target);
                break;
            default: throw Invariant.Unreachable("integer lane");
        }
    }

    /// <summary>
    /// NULL rows take the value before them, the first ones that after, so that they cost and widen nothing.
    /// </summary>
    private static void FillNulls<T>(T* values, ulong* validity, int count) where T : unmanaged
    {
        if (validity is null) return;
        int first = 0;
        while (first < count && !Bitmap.IsSet(validity, first)) first++;
        if (first == count) return;
        T filler = values[first];
        for (int w = 0; w < count; w += 64)
        {
            int n = Math.Min(64, count - w);
            if (w + 64 <= count && validity[w >> 6] == ulong.MaxValue)
            {
                filler = values[w + 63];
                continue;
            }
            for (int i = w; i < w + n; i++)
            {
                if (Bitmap.IsSet(validity, i)) filler = values[i];
                else values[i] = filler;
            }
        }
    }

    private static Int128 Sum(long* values, ulong* validity, int count, Int128 bias)
    {
        if (validity is null) return Sums.Sum(values, count) + (bias * count);
        Int128 sum = 0;
        for (int first = 0; first < count; first += 64)
        {
            int n = Math.Min(64, count - first);
            ulong word = validity[first >> 6];
            if (n < 64) word &= (1UL << n) - 1;
            if (word == ulong.MaxValue)
            {
                sum += Sums.Sum(values + first, 64) + (bias * 64);
                continue;
            }
            for (; word != 0; word &= word - 1) sum += values[first + BitOperations.TrailingZeroCount(word)] + bias;
        }
        return sum;
    }
}
