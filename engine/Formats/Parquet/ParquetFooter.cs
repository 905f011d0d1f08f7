using System.Buffers.Binary;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Reads the end of a file.
/// <code>
///   bytes    field
///   4        "PAR1"
///   …        pages
///   n        footer, Thrift
///   4        n
///   4        "PAR1"; "PARE" where the footer is encrypted
/// </code>
/// </summary>
internal static class ParquetFooter
{
    private const int TailBytes = 8, MinFileBytes = 12;

    /// <summary>How much of the end is read at first: most footers lie in it.</summary>
    private const int FirstReadBytes = 64 << 10;

    /// <summary>The largest footer; a file of 10,000 columns in 1,000 row groups has about half of it.</summary>
    private const int MaxFooterBytes = 1 << 30;

    /// <exception cref="CorruptDataException">The file is no Parquet file, or damaged.</exception>
    /// <exception cref="QueryException">The file is encrypted, or is a stream.</exception>
    public static ParquetFileMetadata Read(IInputFile file)
    {
        if (file.Length is not long length)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Parquet cannot be read from a stream: {file.Path}",
                hint: "Its description is at the end of the file; write it to a file first.");
        }
        CorruptDataException.ThrowUnless(length >= MinFileBytes, "Parquet file too short", file.Path, length);
        byte[] tail = new byte[Math.Min(length, FirstReadBytes)];
        ReadExactly(file, length - tail.Length, tail);
        ReadOnlySpan<byte> magic = tail.AsSpan(tail.Length - 4);
        if (magic.SequenceEqual("PARE"u8)) throw Encrypted(file.Path);
        CorruptDataException.ThrowUnless(
            magic.SequenceEqual("PAR1"u8), "Parquet file does not end with PAR1; it was cut off, or is another format",
            file.Path, length - 4);
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(tail.Length - TailBytes));
        CorruptDataException.ThrowUnless(
            footerLength <= length - MinFileBytes && footerLength <= MaxFooterBytes, "Parquet footer length", file.Path,
            length - TailBytes);
        long start = length - TailBytes - footerLength;
        byte[] footer = new byte[footerLength];
        if (footerLength <= tail.Length - TailBytes)
        {
            tail.AsSpan(tail.Length - TailBytes - (int)footerLength, (int)footerLength).CopyTo(footer);
        }
        else
        {
            ReadExactly(file, start, footer);
        }
        ParquetFileMetadata metadata = ParquetMetadataReader.ReadFile(footer, file.Path, start);
        if (metadata.IsEncrypted) throw Encrypted(file.Path);
        return metadata;
    }

    /// <summary>The error for a file that needs a key.</summary>
    public static QueryException Encrypted(string path) => new(
        SqlStates.FeatureNotSupported, $"Parquet: the file is encrypted: {path}",
        hint: "ColFrag does not read encrypted Parquet; write it again without encryption.");

    private static void ReadExactly(IInputFile file, long offset, Span<byte> target)
    {
        int read = file.Read(offset, target);
        CorruptDataException.ThrowUnless(read == target.Length, "file ends early", file.Path, offset + read);
    }
}
