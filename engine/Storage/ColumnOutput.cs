using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Storage;

/// <summary>
/// The encoded bytes of a column: kept in memory while they are few, since they may go into the pack, else written to a
/// column file as they come. Offsets of sections count from the column's first byte until it is known where that lies.
/// </summary>
internal sealed class ColumnOutput(
    IFileSystem files, string folder, StoredColumn column, GeneralCompression compression, int packBelowBytes,
    bool isDurable) : IDisposable
{
    private readonly ByteWriter _pending = new(1 << 12);
    private XxHash128? _hash;
    private TempFile? _file;

    /// <summary>Bytes of all sections so far.</summary>
    public long Length { get; private set; }

    /// <summary>True when the column has a file of its own.</summary>
    public bool IsFile => _file is not null;

    /// <summary>The sections, where they are still in memory.</summary>
    public ReadOnlySpan<byte> Pending => _pending.WrittenSpan;

    /// <summary>Appends a section.</summary>
    public Section Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > SegmentFormat.MaxSectionBytes)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"Too many bytes in a block of {column.Field.Name}: {bytes.Length:N0}",
                hint: $"A block may have at most {SegmentFormat.MaxSectionBytes:N0}; store large values in files.");
        }
        if (_file is not null && compression == GeneralCompression.None)
        {
            Section direct = new(
                Length, bytes.Length, GeneralCompression.None, bytes.Length, Section.Checksum(bytes));
            Length += bytes.Length;
            _hash!.Append(bytes);
            _file.File.Append(bytes);
            return direct;
        }
        int start = _pending.Length;
        GeneralCompression used = Write(bytes);
        ReadOnlySpan<byte> written = _pending.WrittenSpan[start..];
        Section section = new(Length, written.Length, used, bytes.Length, Section.Checksum(written));
        Length += written.Length;
        if (_file is not null || Length >= packBelowBytes) Flush();
        return section;
    }

    /// <summary>Gives the file its name, durable where it is to be; the folder is flushed by the caller.</summary>
    public async ValueTask<SegmentFile> PublishAsync(CancellationToken cancellationToken)
    {
        Flush();
        await _file!.PublishWithoutFolderAsync(isDurable, cancellationToken);
        return new SegmentFile(
            SegmentFormat.ColumnFileName(column.Id), Length + SegmentFormat.ColumnFileHeaderBytes, _hash!.Finish());
    }

    /// <summary>Writes the header of a column file or pack.</summary>
    public static void WriteHeader(ByteWriter target, int group, int columnId)
    {
        target.WriteBytes(SegmentFormat.ColumnFileMagic);
        target.WriteUInt16(SegmentFormat.FormatNumber);
        target.WriteUInt16(0);
        target.WriteInt32(group);
        target.WriteInt32(columnId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _pending.Dispose();
    }

    private GeneralCompression Write(ReadOnlySpan<byte> bytes)
    {
        int start = _pending.Length;
        if (compression != GeneralCompression.None)
        {
            GeneralCompressor.Compress(compression, bytes, _pending);
            // Not worth decompressing for.
            if (_pending.Length - start < bytes.Length * 0.95) return compression;
            _pending.Truncate(start);
        }
        _pending.WriteBytes(bytes);
        return GeneralCompression.None;
    }

    private void Flush()
    {
        if (_file is null)
        {
            _file = TempFile.Create(files, FilePath.Combine(folder, SegmentFormat.ColumnFileName(column.Id)));
            _hash = new XxHash128();
            using ByteWriter header = new(SegmentFormat.ColumnFileHeaderBytes);
            WriteHeader(header, column.Group, column.Id);
            _hash.Append(header.WrittenSpan);
            _file.File.Append(header.WrittenSpan);
        }
        if (_pending.Length == 0) return;
        _hash!.Append(_pending.WrittenSpan);
        _file.File.Append(_pending.WrittenSpan);
        _pending.Clear();
    }
}
