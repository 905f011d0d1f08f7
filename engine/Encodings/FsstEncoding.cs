using System.Buffers;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Texts compressed one by one with a symbol table of the block.
/// <code>
///   bytes    field
///   ...      symbol table (see FsstTable)
///   node     compressed length of each text, integers
///   V x 4    decoded bytes of each of the V vectors
///   ...      ends of the vectors and the heap of codes (see VectorOffsets)
/// </code>
/// Any text is decoded without its neighbours, and equality is tested on the codes.
/// </summary>
internal sealed unsafe class FsstEncoding : ITextEncoding
{
    public string Name => "fsst";

    public double CostFactor => 1.15;

    public long? EstimateBytes(TextStatistics statistics)
    {
        // A symbol table takes about as much as it saves on little text.
        if (statistics.TotalBytes < 4096) return null;
        return 1500 + (long)(statistics.TotalBytes * statistics.FsstRatio) +
            ((long)statistics.Count * BitPacking.BitsFor((ulong)(statistics.MaxLength * statistics.FsstRatio)) / 8);
    }

    public void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        FsstTable table = statistics.Fsst;
        table.Write(target);
        long[] lengths = new long[statistics.Count];
        int vectors = context.VectorCount(statistics.Count);
        uint[] decoded = new uint[vectors], ends = new uint[vectors];
        using ByteWriter heap = new((int)Math.Min(statistics.TotalBytes + 64, 1 << 26));
        for (int i = 0; i < lengths.Length; i++)
        {
            Utf8View text = statistics.Values[i];
            int start = heap.Length;
            fixed (byte* room = heap.Append((text.Length * 2) + 1))
            {
                lengths[i] = table.Index.Encode(text.Pointer, text.Length, room);
            }
            heap.Truncate(start + (int)lengths[i]);
            decoded[i / context.VectorRows] += (uint)text.Length;
            ends[i / context.VectorRows] = (uint)heap.Length;
        }
        EncodingChooser.WriteIntegers(lengths, context.Inner with { Trace = null }, target);
        target.WriteSpan<uint>(decoded);
        target.WriteSpan<uint>(ends);
        target.WriteBytes(heap.WrittenSpan);
    }

    public TextDecoder Open(ref NodeReader source, int count)
    {
        FsstTable table = FsstTable.Read(ref source.Bytes);
        IntegerDecoder lengths = EncodingRegistry.OpenIntegers(ref source, count);
        source.Bytes.ThrowUnless(lengths.Base >= 0 && lengths.Bits <= 31, "text length");
        uint[] decoded = source.Bytes.ReadUInt32s(source.VectorCount(count)).ToArray();
        VectorOffsets offsets = VectorOffsets.Read(ref source, count);
        for (int v = 0; v < decoded.Length; v++)
        {
            // A code stands for at most eight bytes: what is allocated is bounded by what is there.
            long codes = offsets.End(v) - offsets.Start(v);
            source.Bytes.ThrowUnless(decoded[v] <= codes * FsstTable.MaxSymbolBytes, "decoded bytes");
        }
        return new Decoder(table, lengths, decoded, offsets, source.VectorRows, source.Bytes.Name, source.Bytes.Offset);
    }

    private sealed class Decoder(
        FsstTable table, IntegerDecoder lengths, uint[] decoded, VectorOffsets offsets, int vectorRows, string name,
        long offset) : TextDecoder(lengths.Count), ITextEqualityDecoder
    {
        public override long IndexBytes => lengths.IndexBytes + offsets.IndexBytes + (decoded.Length * 4L) + 2304;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap)
        {
            uint* sizes = stackalloc uint[vectorRows];
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                int vector = (first + row) / vectorRows;
                byte* codes = OpenVector(vector, rows, sizes);
                long room = decoded[vector] + 8L;
                byte* at = heap.Reserve(room);
                byte* end = at + room;
                fixed (ulong* symbols = table.Symbols)
                fixed (byte* symbolLengths = table.Lengths)
                {
                    if (AreMostWanted(mask, row, rows))
                    {
                        DecodeAll(codes, sizes, rows, symbols, symbolLengths, at, end, target + row);
                        continue;
                    }
                    for (int i = 0; i < rows; i++)
                    {
                        int size = (int)sizes[i];
                        if (mask is not null && !Bitmap.IsSet(mask, row + i))
                        {
                            target[row + i] = new Utf8View(at, 0);
                        }
                        else
                        {
                            // Eight bytes are stored per code, whatever its length.
                            byte* done = ((long)size * 8) + 8 <= end - at
                                ? DecodeFast(codes, size, symbols, symbolLengths, at)
                                : DecodeChecked(codes, size, at, end);
                            target[row + i] = new Utf8View(at, (int)(done - at));
                            at = done;
                        }
                        codes += size;
                    }
                }
            }
        }

        public override bool TryMeasure(int first, int count, TextMeasure measure, int* target, out bool isAscii)
        {
            isAscii = table.IsAscii;
            bool inCharacters = measure == TextMeasure.Characters;
            ReadOnlySpan<byte> ofSymbols = inCharacters ? table.Characters : table.Lengths;
            uint* sizes = stackalloc uint[vectorRows];
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                int vector = (first + row) / vectorRows;
                byte* codes = OpenVector(vector, rows, sizes);
                byte[] rented = ArrayPool<byte>.Shared.Rent(
                    FsstLengths.RoomFor((int)(offsets.End(vector) - offsets.Start(vector))));
                fixed (byte* room = rented)
                {
                    isAscii &= FsstLengths.Of(codes, sizes, rows, ofSymbols, inCharacters, room, target + row);
                }
                ArrayPool<byte>.Shared.Return(rented);
            }
            return true;
        }

        public bool TryAndEqual(int first, int count, ReadOnlySpan<byte> text, ulong* mask)
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent((text.Length * 2) + 1);
            Span<byte> wanted = rented.AsSpan(0, table.Encode(text, rented));
            uint* sizes = stackalloc uint[vectorRows];
            for (int row = 0; row < count; row += vectorRows)
            {
                int rows = Math.Min(vectorRows, count - row);
                byte* codes = OpenVector((first + row) / vectorRows, rows, sizes);
                if (wanted.IsEmpty)
                {
                    // Only the empty text has no code.
                    for (int i = 0; i < rows; i++) mask[(row + i) >> 6] &= ~((sizes[i] != 0 ? 1UL : 0) << (row + i));
                    continue;
                }
                for (int i = 0; i < rows; i++)
                {
                    bool isEqual = sizes[i] == wanted.Length &&
                        wanted.SequenceEqual(new ReadOnlySpan<byte>(codes, wanted.Length));
                    if (!isEqual) mask[(row + i) >> 6] &= ~(1UL << (row + i));
                    codes += sizes[i];
                }
            }
            ArrayPool<byte>.Shared.Return(rented);
            return true;
        }

        /// <summary>
        /// Decodes the code lengths of a vector, which must lie in it; returns where its codes begin.
        /// </summary>
        private byte* OpenVector(int vector, int rows, uint* sizes)
        {
            lengths.Decode(vector * vectorRows, rows, (ulong)lengths.Base, (byte*)sizes, sizeof(uint));
            CorruptDataException.ThrowUnless(
                Sums.Sum(sizes, rows) <= offsets.End(vector) - offsets.Start(vector), "text lengths", name, offset);
            return offsets.Heap + offsets.Start(vector);
        }

        /// <summary>True where so many texts are wanted that all are decoded in less time than these alone.</summary>
        private static bool AreMostWanted(ulong* mask, int first, int rows) =>
            mask is null || ((first & 63) == 0 && Bitmap.CountSet(mask + (first >> 6), rows) >= rows - (rows / 4));

        /// <summary>
        /// Decodes all texts of a vector as one: where one text ends and the next begins, which no processor foresees,
        /// is only looked at afterwards.
        /// </summary>
        private void DecodeAll(
            byte* codes, uint* sizes, int rows, ulong* symbols, byte* symbolLengths, byte* at, byte* end,
            Utf8View* target)
        {
            int codeCount = (int)Sums.Sum(sizes, rows);
            DecodeStream(codes, codes + codeCount, symbols, symbolLengths, at, end);
            int* textLengths = stackalloc int[rows];
            byte[] rented = ArrayPool<byte>.Shared.Rent(FsstLengths.RoomFor(codeCount));
            fixed (byte* room = rented)
                FsstLengths.Of(codes, sizes, rows, table.Lengths, inCharacters: false, room, textLengths);
            ArrayPool<byte>.Shared.Return(rented);
            // They add up to what was decoded: both count the same codes.
            for (int i = 0; i < rows; i++)
            {
                target[i] = new Utf8View(at, textLengths[i]);
                at += textLengths[i];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void DecodeStream(
            byte* codes, byte* stop, ulong* symbols, byte* symbolLengths, byte* at, byte* end)
        {
            // Four codes are at most 32 bytes, and eight bytes are stored per code, whatever its length.
            while (stop - codes >= 4 && end - at >= 32)
            {
                uint four = Unsafe.ReadUnaligned<uint>(codes);
                if (HasEscape(four))
                {
                    for (; *codes != FsstTable.Escape; codes++)
                    {
                        Unsafe.WriteUnaligned(at, symbols[*codes]);
                        at += symbolLengths[*codes];
                    }
                    if (++codes == stop) throw Damaged("escape without a byte");
                    *at++ = *codes++;
                    continue;
                }
                at = WriteFour(four, symbols, symbolLengths, at);
                codes += 4;
            }
            DecodeChecked(codes, (int)(stop - codes), at, end);
        }

        /// <summary>Writes the symbols of four codes, eight bytes each, and returns where the last one ends.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static byte* WriteFour(uint four, ulong* symbols, byte* symbolLengths, byte* at)
        {
            Unsafe.WriteUnaligned(at, symbols[(byte)four]);
            at += symbolLengths[(byte)four];
            Unsafe.WriteUnaligned(at, symbols[(byte)(four >> 8)]);
            at += symbolLengths[(byte)(four >> 8)];
            Unsafe.WriteUnaligned(at, symbols[(byte)(four >> 16)]);
            at += symbolLengths[(byte)(four >> 16)];
            Unsafe.WriteUnaligned(at, symbols[four >> 24]);
            return at + symbolLengths[four >> 24];
        }

        /// <summary>There is room for eight bytes per code and eight more.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private byte* DecodeFast(byte* codes, int size, ulong* symbols, byte* symbolLengths, byte* at)
        {
            byte* end = codes + size;
            while (codes < end)
            {
                // Four codes at a time while none of them is an escape.
                while (end - codes >= 4)
                {
                    uint four = Unsafe.ReadUnaligned<uint>(codes);
                    if (HasEscape(four)) break;
                    at = WriteFour(four, symbols, symbolLengths, at);
                    codes += 4;
                }
                // Up to and with the next escape, or the rest.
                while (codes < end)
                {
                    byte code = *codes++;
                    if (code == FsstTable.Escape)
                    {
                        if (codes == end) throw Damaged("escape without a byte");
                        *at++ = *codes++;
                        break;
                    }
                    Unsafe.WriteUnaligned(at, symbols[code]);
                    at += symbolLengths[code];
                }
            }
            return at;
        }

        /// <summary>True when one of four bytes is 255: the zero-byte test on their complement.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool HasEscape(uint four) => ((~four - 0x01010101) & four & 0x80808080) != 0;

        private byte* DecodeChecked(byte* codes, int size, byte* at, byte* end)
        {
            for (byte* stop = codes + size; codes < stop;)
            {
                byte code = *codes++;
                if (code == FsstTable.Escape)
                {
                    if (codes == stop) throw Damaged("escape without a byte");
                    if (at == end) throw Damaged("decoded bytes");
                    *at++ = *codes++;
                    continue;
                }
                int length = table.Lengths[code];
                if (length > end - at) throw Damaged("decoded bytes");
                ulong symbol = table.Symbols[code];
                for (int i = 0; i < length; i++) *at++ = (byte)(symbol >> (8 * i));
            }
            return at;
        }

        private CorruptDataException Damaged(string what) => new(what, name, offset);
    }
}

/// <summary>A stream of texts that can be tested for equality without decoding.</summary>
internal unsafe interface ITextEqualityDecoder
{
    /// <summary>
    /// Clears the bits of texts that are not the given one; the first is the first of a vector. False, and no bit
    /// cleared, where this text cannot be told.
    /// </summary>
    bool TryAndEqual(int first, int count, ReadOnlySpan<byte> text, ulong* mask);
}
