using System.Numerics;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Texts as codes into the segment's dictionary.
/// <code>
///   bytes    field
///   node     code of each row, integers from 0. NULL rows repeat the code before them.
/// </code>
/// </summary>
internal sealed unsafe class CodesBlock(
    ValidityDecoder validity, int rowCount, IntegerDecoder codes, NativeBuffer bytes, string name, long offset)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + codes.IndexBytes;

    /// <summary>Opens the codes.</summary>
    public static CodesBlock Open(ref NodeReader source, ValidityDecoder validity, int rowCount)
    {
        IntegerDecoder codes = EncodingRegistry.OpenIntegers(ref source, rowCount);
        source.Bytes.ThrowUnless(codes.Base >= 0 && codes.Bits <= 32, "dictionary codes");
        return new CodesBlock(validity, rowCount, codes, source.Block, source.Bytes.Name, source.Bytes.Offset);
    }

    /// <summary>The lane that codes of a dictionary of this size take.</summary>
    public static PhysicalType LaneOf(int dictionaryCount) =>
        dictionaryCount <= 1 << 8 ? PhysicalType.UInt8
        : dictionaryCount <= 1 << 16 ? PhysicalType.UInt16
        : PhysicalType.UInt32;

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        CorruptDataException.ThrowUnless(context.Dictionary is not null, "codes without a dictionary", name, offset);
        if (context.Remap is null && TryBorrow(first, count, target, context)) return;
        target.ResetDictionary(LaneOf(context.Dictionary.Count), context.Dictionary, Capacity(count));
        int stored = context.StoredCodeCount;
        switch (LaneOf(stored))
        {
            case PhysicalType.UInt8: ReadCodes<byte>(first, count, stored, target, context.Remap); break;
            case PhysicalType.UInt16: ReadCodes<ushort>(first, count, stored, target, context.Remap); break;
            default: ReadCodes<uint>(first, count, stored, target, context.Remap); break;
        }
    }

    /// <summary>Codes that fill their lane are used where they lie in the block.</summary>
    private bool TryBorrow(int first, int count, ColumnVector target, BlockReadContext context)
    {
        PhysicalType lane = LaneOf(context.StoredCodeCount);
        byte* lanes = codes.Base == 0 ? codes.TryBorrow(first, lane.SizeBytes()) : null;
        if (lanes is null) return false;
        switch (lane)
        {
            case PhysicalType.UInt8: Check(lanes, count, context.StoredCodeCount); break;
            case PhysicalType.UInt16: Check((ushort*)lanes, count, context.StoredCodeCount); break;
            default: Check((uint*)lanes, count, context.StoredCodeCount); break;
        }
        target.ResetBorrowed(VectorShape.Dictionary, lane, lanes, null, count, bytes, context.Dictionary);
        return true;
    }

    private void ReadCodes<T>(int first, int count, int stored, ColumnVector target, CodeRemap? remap)
        where T : unmanaged, IBinaryInteger<T>
    {
        // Wide bits would be cut off by the lane and pass the check below.
        CorruptDataException.ThrowUnless(
            codes.Base + (codes.Bits == 0 ? 0 : 1L << (codes.Bits - 1)) < Math.Max(stored, 1),
            "dictionary code", name, offset);
        if (remap is null)
        {
            codes.Decode(first, count, (ulong)codes.Base, target.Data, sizeof(T));
            Check((T*)target.Data, count, stored);
            return;
        }
        T* own = stackalloc T[CodeBatch.Rows];
        int lane = target.Lane.SizeBytes();
        for (int done = 0; done < count; done += CodeBatch.Rows)
        {
            int rows = Math.Min(CodeBatch.Rows, count - done);
            codes.Decode(first + done, rows, (ulong)codes.Base, (byte*)own, sizeof(T));
            Check(own, rows, stored);
            remap.Apply(own, rows, target.Data + (done * lane));
        }
    }

    private void Check<T>(T* lanes, int count, int stored) where T : unmanaged, IBinaryInteger<T> =>
        CorruptDataException.ThrowUnless(
            uint.CreateTruncating(Gather.Largest(lanes, count)) < (uint)stored, "dictionary code", name, offset);
}
