using System.Buffers;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Texts one after the other, and their lengths.
/// <code>
///   bytes    field
///   node     length of each text, integers
///   ...      ends of the vectors and the heap (see VectorOffsets)
/// </code>
/// Nothing is copied to decode it: views point into the block.
/// </summary>
internal sealed unsafe class PlainTextEncoding : ITextEncoding
{
    public string Name => "plain";

    public double CostFactor => 1;

    public long? EstimateBytes(TextStatistics statistics) =>
        16 + statistics.TotalBytes + ((long)statistics.Count * BitPacking.BitsFor((ulong)statistics.MaxLength) / 8);

    public void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        int count = statistics.Count;
        Utf8View* values = statistics.Values;
        long[] lengths = ArrayPool<long>.Shared.Rent(count);
        for (int i = 0; i < count; i++) lengths[i] = values[i].Length;
        EncodingChooser.WriteIntegers(lengths.AsSpan(0, count), context.Inner with { Trace = null }, target);
        ArrayPool<long>.Shared.Return(lengths);
        uint end = 0;
        for (int i = 0; i < count; i++)
        {
            end += (uint)values[i].Length;
            if ((i + 1) % context.VectorRows == 0 || i == count - 1) target.WriteUInt32(end);
        }
        // Texts that were copied one behind the other are copied together again.
        for (int i = 0; i < count;)
        {
            byte* start = values[i].Pointer;
            int length = values[i].Length;
            for (i++; i < count && (values[i].Pointer == start + length || values[i].Length == 0); i++)
            {
                if (int.MaxValue - length < values[i].Length) break;
                length += values[i].Length;
            }
            target.WriteBytes(new ReadOnlySpan<byte>(start, length));
        }
    }

    public TextDecoder Open(ref NodeReader source, int count)
    {
        IntegerDecoder lengths = EncodingRegistry.OpenIntegers(ref source, count);
        source.Bytes.ThrowUnless(lengths.Base >= 0 && lengths.Bits <= 31, "text length");
        VectorOffsets offsets = VectorOffsets.Read(ref source, count);
        return new Decoder(lengths, offsets, source.VectorRows, source.Block, source.Bytes.Name, source.Bytes.Offset);
    }

    private sealed class Decoder(
        IntegerDecoder lengths, VectorOffsets offsets, int vectorRows, NativeBuffer block, string name, long offset)
        : TextDecoder(lengths.Count)
    {
        public override long IndexBytes => lengths.IndexBytes + offsets.IndexBytes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap)
        {
            heap.Keep(block);
            uint* sizes = stackalloc uint[vectorRows];
            for (int vector = first / vectorRows; count > 0; vector++)
            {
                int rows = Math.Min(vectorRows, count);
                byte* at = OpenVector(vector, rows, sizes);
                for (int i = 0; i < rows; i++)
                {
                    target[i] = new Utf8View(at, (int)sizes[i]);
                    at += sizes[i];
                }
                target += rows;
                count -= rows;
            }
        }

        public override bool TryMeasure(int first, int count, TextMeasure measure, int* target, out bool isAscii)
        {
            isAscii = false;
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                uint* sizes = (uint*)target + row;
                byte* at = OpenVector((first + row) / vectorRows, rows, sizes);
                if (measure == TextMeasure.Bytes) continue;
                for (int i = 0; i < rows; i++)
                {
                    int size = (int)sizes[i];
                    sizes[i] = (uint)Utf8Validation.CountCharacters(new ReadOnlySpan<byte>(at, size));
                    at += size;
                }
            }
            return true;
        }

        /// <summary>Decodes the lengths of a vector, which must lie in it; returns where its texts begin.</summary>
        private byte* OpenVector(int vector, int rows, uint* sizes)
        {
            lengths.Decode(vector * vectorRows, rows, (ulong)lengths.Base, (byte*)sizes, sizeof(uint));
            CorruptDataException.ThrowUnless(
                Sums.Sum(sizes, rows) <= offsets.End(vector) - offsets.Start(vector), "text lengths", name, offset);
            return offsets.Heap + offsets.Start(vector);
        }
    }
}
