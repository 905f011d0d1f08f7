using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The distinct values of the block in order, and for each row the index of its value.
/// <code>
///   bytes    field
///   varint   distinct values, D
///   node     the D values, ascending integers
///   node     code of each row, 0 to D - 1
/// </code>
/// Wins for few values far apart: amounts of a price list, hashed ids. Decoding is a look-up per row; unlike the
/// dictionaries of text columns this one lives in its block only.
/// </summary>
internal sealed unsafe class DictionaryEncoding : IIntegerEncoding
{
    public string Name => "dictionary";

    public double CostFactor => 1.15;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        // Codes of few bits are gained only where values have many.
        if (statistics.Bits < 6 || statistics.Distinct is not { } distinct) return null;
        return 30 + (distinct.Length * (long)statistics.Bits / 8) +
            BitPacking.SizeBytes(statistics.Count, BitPacking.BitsFor((ulong)distinct.Length - 1));
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        long[] distinct = statistics.Distinct!;
        Dictionary<long, int> codes = new(distinct.Length);
        for (int code = 0; code < distinct.Length; code++) codes.Add(distinct[code], code);
        long[] rows = new long[statistics.Count];
        ReadOnlySpan<long> values = statistics.Values;
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i > 0 && values[i] == values[i - 1] ? rows[i - 1] : codes[values[i]];
        }
        target.WriteVarUInt64((ulong)distinct.Length);
        EncodingChooser.WriteIntegers(distinct, context.Inner, target);
        EncodingChooser.WriteIntegers(rows, context.Inner, target);
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        int distinct = source.Bytes.ReadVarCount(header.Count);
        source.Bytes.ThrowUnless(distinct > 0 || header.Count == 0, "empty dictionary");
        long[] values = EncodingRegistry.OpenIntegers(ref source, distinct).DecodeAll();
        IntegerDecoder codes = EncodingRegistry.OpenIntegers(ref source, header.Count);
        source.Bytes.ThrowUnless(CodeBatch.Fit(codes, uint.MaxValue), "dictionary codes");
        return new Decoder(header, values, codes, source.Bytes.Name, source.Bytes.Offset);
    }

    private sealed class Decoder(in IntegerHeader header, long[] values, IntegerDecoder codes, string name, long offset)
        : IntegerDecoder(header)
    {
        // The table in each lane size, made when that size is first asked for.
        private readonly object?[] _tables = new object?[4];

        public override long IndexBytes => (values.Length * 8L * 2) + codes.IndexBytes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            CodeTable<T> table = GetTable<T>();
            // A batch of codes at a time; batches are whole vectors.
            uint* batch = stackalloc uint[CodeBatch.Rows];
            for (int done = 0; done < count; done += CodeBatch.Rows)
            {
                int rows = Math.Min(CodeBatch.Rows, count - done);
                if (table.TakesBytes && CodeBatch.Fit(codes, byte.MaxValue))
                {
                    CodeBatch.Decode(codes, first + done, rows, table.Count, (byte*)batch, name, offset);
                    table.Gather((byte*)batch, rows, target + done);
                }
                else
                {
                    CodeBatch.Decode(codes, first + done, rows, table.Count, batch, name, offset);
                    table.Gather(batch, rows, target + done);
                }
            }
            if (add != T.Zero) ElementWise.Apply<T, Add<T>>(target, add, count, target);
        }

        private CodeTable<T> GetTable<T>() where T : unmanaged, IBinaryInteger<T>
        {
            ref object? slot = ref _tables[BitOperations.Log2((uint)sizeof(T))];
            if (Volatile.Read(ref slot) is CodeTable<T> made) return made;
            T[] entries = new T[values.Length];
            for (int code = 0; code < entries.Length; code++)
                entries[code] = Lane.Truncate<T>((ulong)(values[code] - Base));
            CodeTable<T> table = new(entries);
            Volatile.Write(ref slot, table);
            return table;
        }
    }
}
