using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>A column of VARIANTs in a file, for errors; all its bytes are distrusted.</summary>
internal sealed record VariantPlace(string Column, string File)
{
    /// <summary>An unsigned number of 1 to 4 bytes that must lie within the others.</summary>
    public long ReadNumber(ReadOnlySpan<byte> bytes, long at, int width)
    {
        ThrowUnless(at >= 0 && at <= bytes.Length - width, "ends early");
        ReadOnlySpan<byte> number = bytes.Slice((int)at, width);
        return width switch
        {
            1 => number[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(number),
            3 => BinaryPrimitives.ReadUInt16LittleEndian(number) | (long)number[2] << 16,
            _ => BinaryPrimitives.ReadUInt32LittleEndian(number),
        };
    }

    /// <summary>Bytes that must lie within the others.</summary>
    public ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, long at, long length)
    {
        ThrowUnless(at >= 0 && length >= 0 && length <= bytes.Length && at <= bytes.Length - length, "ends early");
        return bytes.Slice((int)at, (int)length);
    }

    public void ThrowUnless([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) throw Corrupt(what);
    }

    /// <summary>The error for a rule that the bytes break.</summary>
    public CorruptDataException Corrupt(string what) => new($"Parquet VARIANT of column {Column}: {what}", File, 0);
}
