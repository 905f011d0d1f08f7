using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Front coding: how many bytes a text has in common with the one before, and the rest.
/// <code>
///   bytes    field
///   node     bytes in common with the text before, integers; 0 for the first of each vector
///   node     the rest of each text, texts
/// </code>
/// Wins for texts in order, such as the entries of a dictionary of paths.
/// </summary>
internal sealed unsafe class PrefixTextEncoding : ITextEncoding
{
    public string Name => "prefix";

    public double CostFactor => 1.12;

    public long? EstimateBytes(TextStatistics statistics)
    {
        long shared = statistics.SharedPrefixBytes;
        // A byte in common saves less than a byte, since compression of the rest works less well.
        if (shared < statistics.TotalBytes / 4 || statistics.Count < 2) return null;
        long rest = statistics.TotalBytes - shared;
        return 40 + (long)(rest * Math.Min(1, statistics.FsstRatio * 1.1)) + (statistics.Count * 12L / 8);
    }

    public void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        long[] shared = new long[statistics.Count];
        Utf8View[] rests = new Utf8View[statistics.Count];
        for (int i = 0; i < rests.Length; i++)
        {
            Utf8View text = statistics.Values[i];
            int common = i % context.VectorRows == 0 ? 0 : text.Span.CommonPrefixLength(statistics.Values[i - 1].Span);
            shared[i] = common;
            rests[i] = new Utf8View(text.Pointer + common, text.Length - common);
        }
        EncodingChooser.WriteIntegers(shared, context.Inner with { Trace = null }, target);
        fixed (Utf8View* values = rests)
        {
            EncodingChooser.WriteTexts(
                new TextStatistics(values, rests.Length, context.VectorRows), context.Inner, target);
        }
    }

    public TextDecoder Open(ref NodeReader source, int count)
    {
        IntegerDecoder shared = EncodingRegistry.OpenIntegers(ref source, count);
        source.Bytes.ThrowUnless(shared.Base >= 0 && shared.Bits <= 31, "common prefix");
        TextDecoder rests = EncodingRegistry.OpenTexts(ref source, count);
        return new Decoder(shared, rests, source.VectorRows, source.Bytes.Name, source.Bytes.Offset);
    }

    private sealed class Decoder(IntegerDecoder shared, TextDecoder rests, int vectorRows, string name, long offset)
        : TextDecoder(rests.Count), ITextEqualityDecoder
    {
        private const int CopyBytes = 32;

        public override long IndexBytes => shared.IndexBytes + rests.IndexBytes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap)
        {
            uint* prefixes = stackalloc uint[vectorRows];
            for (int row = first; count > 0; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count);
                // Every text of the vector is needed, since each leans on the one before.
                rests.Decode(row, rows, null, target, heap);
                shared.Decode(row, rows, (ulong)shared.Base, (byte*)prefixes, sizeof(uint));
                long bytes = Check(prefixes, target, rows);
                byte* at = heap.Reserve(bytes + CopyBytes);
                byte* previous = at;
                for (int i = 0; i < rows; i++)
                {
                    int common = (int)prefixes[i];
                    int rest = target[i].Length;
                    Copy(previous, at, common);
                    Copy(target[i].Pointer, at + common, rest);
                    previous = at;
                    target[i] = new Utf8View(at, common + rest);
                    at += common + rest;
                }
                target += rows;
                count -= rows;
            }
        }

        /// <summary>The empty text alone is told: it has nothing in common with any, and no rest.</summary>
        public bool TryAndEqual(int first, int count, ReadOnlySpan<byte> text, ulong* mask)
        {
            if (!text.IsEmpty || rests is not ITextEqualityDecoder codes) return false;
            if (!codes.TryAndEqual(first, count, text, mask)) return false;
            uint* prefixes = stackalloc uint[vectorRows];
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                shared.Decode(first + row, rows, (ulong)shared.Base, (byte*)prefixes, sizeof(uint));
                for (int i = 0; i < rows; i++) mask[(row + i) >> 6] &= ~((prefixes[i] != 0 ? 1UL : 0) << (row + i));
            }
            return true;
        }

        /// <summary>
        /// Characters in common are not kept. But where every byte of the rests is a character, so is every byte of the
        /// texts, since the first of a vector has nothing in common with any.
        /// </summary>
        public override bool TryMeasure(int first, int count, TextMeasure measure, int* lengths, out bool isAscii)
        {
            isAscii = false;
            if (count > Batch.MaxRows) return false;
            if (!rests.TryMeasure(first, count, TextMeasure.Bytes, lengths, out isAscii)) return false;
            if (measure == TextMeasure.Characters && !isAscii)
            {
                int* characters = stackalloc int[Batch.MaxRows];
                if (!rests.TryMeasure(first, count, measure, characters, out _)) return false;
                if (!new Span<int>(lengths, count).SequenceEqual(new Span<int>(characters, count))) return false;
            }
            uint* prefixes = stackalloc uint[vectorRows];
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                shared.Decode(first + row, rows, (ulong)shared.Base, (byte*)prefixes, sizeof(uint));
                int previous = 0;
                for (int i = 0; i < rows; i++)
                {
                    CorruptDataException.ThrowUnless(prefixes[i] <= (uint)previous, "common prefix", name, offset);
                    previous = lengths[row + i] += (int)prefixes[i];
                    CorruptDataException.ThrowUnless(previous >= 0, "text length", name, offset);
                }
            }
            return true;
        }

        /// <summary>
        /// Copies whole steps of 32 bytes, past the end: buffers are readable there, and what is written is text to
        /// come or room that was reserved.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Copy(byte* source, byte* target, int length)
        {
            for (int i = 0; i < length; i += CopyBytes) Vector256.Store(Vector256.Load(source + i), target + i);
        }

        /// <summary>Checks that no prefix is longer than the text before; returns the bytes of all texts.</summary>
        private long Check(uint* prefixes, Utf8View* rests, int rows)
        {
            long total = 0, previous = 0;
            for (int i = 0; i < rows; i++)
            {
                CorruptDataException.ThrowUnless(prefixes[i] <= previous, "common prefix", name, offset);
                previous = prefixes[i] + rests[i].Length;
                total += previous;
            }
            CorruptDataException.ThrowUnless(
                previous <= int.MaxValue && total <= int.MaxValue, "text length", name, offset);
            return total;
        }
    }
}
