using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Encodings;

/// <summary>Encodes and decodes single streams.</summary>
internal static unsafe class Streams
{
    public static EncodingContext Context => new(HardData.VectorRows);

    /// <summary>The bytes in a buffer that ends where they end, but for its padding.</summary>
    public static NativeBuffer ToBlock(ReadOnlySpan<byte> bytes)
    {
        NativeBuffer block = NativeBuffer.Allocate(bytes.Length, MemoryAccount.Untracked);
        bytes.CopyTo(block.Span);
        return block;
    }

    public static byte[]? Encode(byte number, IEncoding encoding, object values) => encoding switch
    {
        IIntegerEncoding e when values is long[] v => EncodeIntegers(number, e, v),
        IWideEncoding e when values is Int128[] v => EncodeWides(number, e, v),
        IFloatEncoding e when values is double[] v => EncodeDoubles(number, e, v),
        IFloatEncoding e when values is float[] v => EncodeSingles(number, e, v),
        ITextEncoding e when values is byte[][] v => EncodeTexts(number, e, v),
        _ => null,
    };

    /// <summary>Opens a stream and decodes rows from the start of a vector.</summary>
    public static Array Decode(NativeBuffer block, Array like, int first, int count)
    {
        NodeReader source = new(block, (int)block.Length, HardData.VectorRows, "stream", 0);
        switch (like)
        {
            case long[]:
                return Decode(EncodingRegistry.OpenIntegers(ref source, like.Length), first, count);
            case Int128[]:
                Int128[] wides = new Int128[count];
                WideDecoder wide = EncodingRegistry.OpenWide(ref source, like.Length);
                fixed (Int128* target = wides) wide.Decode(first, count, target);
                return wides;
            case double[]:
                double[] doubles = new double[count];
                FloatDecoder floats = EncodingRegistry.OpenFloats(ref source, like.Length);
                fixed (double* target = doubles) floats.Decode(first, count, target);
                return doubles;
            case float[]:
                float[] singles = new float[count];
                FloatDecoder narrow = EncodingRegistry.OpenFloats(ref source, like.Length);
                fixed (float* target = singles) narrow.Decode(first, count, target);
                return singles;
            default:
                return Decode(EncodingRegistry.OpenTexts(ref source, like.Length), first, count);
        }
    }

    public static long[] Decode(IntegerDecoder decoder, int first, int count)
    {
        long[] values = new long[count];
        fixed (long* target = values) decoder.Decode(first, count, (ulong)decoder.Base, (byte*)target, sizeof(long));
        return values;
    }

    public static byte[][] Decode(TextDecoder decoder, int first, int count, ulong* mask = null)
    {
        using ColumnVector vector = new(LogicalType.Varchar);
        using TextHeap heap = new(MemoryAccount.Untracked);
        vector.ResetFlat(Math.Max(1, count));
        heap.Begin(vector);
        decoder.Decode(first, count, mask, (Utf8View*)vector.Data, heap);
        byte[][] texts = new byte[count][];
        for (int i = 0; i < count; i++) texts[i] = ((Utf8View*)vector.Data)[i].Span.ToArray();
        return texts;
    }

    private static byte[]? EncodeIntegers(byte number, IIntegerEncoding encoding, long[] values)
    {
        using ByteWriter target = new();
        fixed (long* start = values)
        {
            IntegerStatistics statistics = new(start, values.Length, HardData.VectorRows);
            if (encoding.EstimateBytes(statistics) is null) return null;
            EncodingChooser.WriteIntegers(number, encoding, statistics, Context, target);
        }
        return target.ToArray();
    }

    private static byte[]? EncodeWides(byte number, IWideEncoding encoding, Int128[] values)
    {
        using ByteWriter target = new();
        fixed (Int128* start = values)
        {
            WideStatistics statistics = new(start, values.Length);
            if (encoding.EstimateBytes(statistics) is null) return null;
            target.WriteByte(number);
            encoding.Encode(statistics, Context, target);
        }
        return target.ToArray();
    }

    private static byte[]? EncodeDoubles(byte number, IFloatEncoding encoding, double[] values)
    {
        fixed (double* start = values)
        {
            return EncodeFloats(number, encoding, new FloatStatistics(
                (byte*)start, PhysicalType.Float64, values.Length, HardData.VectorRows));
        }
    }

    private static byte[]? EncodeSingles(byte number, IFloatEncoding encoding, float[] values)
    {
        fixed (float* start = values)
        {
            return EncodeFloats(number, encoding, new FloatStatistics(
                (byte*)start, PhysicalType.Float32, values.Length, HardData.VectorRows));
        }
    }

    private static byte[]? EncodeFloats(byte number, IFloatEncoding encoding, FloatStatistics statistics)
    {
        if (encoding.EstimateBytes(statistics) is null) return null;
        using ByteWriter target = new();
        target.WriteByte(number);
        encoding.Encode(statistics, Context, target);
        return target.ToArray();
    }

    private static byte[]? EncodeTexts(byte number, ITextEncoding encoding, byte[][] values)
    {
        using Arena arena = new(MemoryAccount.Untracked);
        Utf8View[] views = [.. values.Select(v => new Utf8View(arena.Copy(v), v.Length))];
        using ByteWriter target = new();
        fixed (Utf8View* start = views)
        {
            TextStatistics statistics = new(start, views.Length, HardData.VectorRows);
            if (encoding.EstimateBytes(statistics) is null) return null;
            target.WriteByte(number);
            encoding.Encode(statistics, Context, target);
        }
        return target.ToArray();
    }
}
