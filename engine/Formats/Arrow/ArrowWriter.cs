using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>How Arrow is written.</summary>
internal sealed record ArrowWriterOptions
{
    /// <summary>A stream, which can be read while it is written, instead of a file with a footer.</summary>
    public bool IsStream { get; init; }

    /// <summary>Compression of buffers: none, lz4 or zstd.</summary>
    public CompressionKind Compression { get; init; }

    /// <summary>Rows after which a batch ends.</summary>
    public int BatchRows { get; init; } = 1 << 16;

    /// <summary>HUGEINT with all of its 39 digits, as a decimal of 256 bits, which not every reader knows.</summary>
    public bool HasWideHugeInts { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static ArrowWriterOptions From(SourceOptions options, string? path)
    {
        bool isStream = path is null or "-" or "/dev/stdout" ||
            path.EndsWith(".arrows", StringComparison.OrdinalIgnoreCase);
        ArrowWriterOptions taken = new() { IsStream = options.TakeBoolean("stream") ?? isStream };
        if (options.TakeText("compression") is string name)
        {
            CompressionKind kind = name.ToUpperInvariant() switch
            {
                "NONE" or "UNCOMPRESSED" => CompressionKind.None,
                "LZ4" or "LZ4_FRAME" => CompressionKind.Lz4,
                "ZSTD" => CompressionKind.Zstd,
                _ => throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Wrong value of option compression: {name}",
                    hint: "Arrow takes none, lz4 or zstd."),
            };
            taken = taken with { Compression = kind };
        }
        if (options.TakeText("hugeint") is string width)
        {
            taken = taken with
            {
                HasWideHugeInts = width.ToUpperInvariant() switch
                {
                    "DECIMAL128" => false,
                    "DECIMAL256" => true,
                    _ => throw SourceOptions.Wrong("hugeint", Value.Text(width), "decimal128 or decimal256"),
                },
            };
        }
        if (options.TakeCount("row_group_size", "batch_rows") is > 0 and <= 1 << 24 and long rows)
        {
            taken = taken with { BatchRows = (int)rows };
        }
        options.ExpectAllTaken("Arrow output");
        return taken;
    }
}

/// <summary>Writes Arrow IPC files and streams; see <see cref="ArrowMessages"/> for their bytes.</summary>
internal sealed class ArrowWriter : TableFileWriter
{
    private const short MetadataVersion = 4;
    private const int Alignment = 8;

    private static readonly byte[] s_magic = "ARROW1\0\0"u8.ToArray();

    private readonly OutputTarget _target;
    private readonly ArrowWriterOptions _options;
    private readonly ArrowField[] _fields;
    private readonly ArrowArrayBuilder[] _builders;
    private readonly ArrowBodyWriter _body;
    private readonly ByteWriter _blocks = new();
    private readonly int[] _rows = new int[Batch.MaxRows];
    private int _blockCount;
    private int _batchRows;

    public ArrowWriter(OutputTarget target, Schema schema, ArrowWriterOptions options)
    {
        _target = target;
        _options = options;
        _fields = [.. schema.Fields.Select(f => ArrowTypes.Write(
            f.Name, f.Type, hasWideHugeInts: options.HasWideHugeInts))];
        _builders = [.. _fields.Select(f => new ArrowArrayBuilder(f))];
        _body = new ArrowBodyWriter(options.Compression);
    }

    public override long BytesWritten => _target.Length;

    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        int count = Collect(batch);
        _batchRows += count;
        RowsWritten += count;
        if (_batchRows >= _options.BatchRows) await EndBatchAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (_batchRows > 0) await EndBatchAsync(cancellationToken).ConfigureAwait(false);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        using ByteWriter end = new();
        end.WriteInt32(-1);
        end.WriteInt32(0);
        if (!_options.IsStream) WriteFooter(end);
        await _target.WriteAsync(end.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await _target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (ArrowArrayBuilder builder in _builders) builder.Dispose();
        _body.Dispose();
        _blocks.Dispose();
        await _target.DisposeAsync().ConfigureAwait(false);
    }

    private int Collect(Batch batch)
    {
        int count = 0;
        for (int row = 0; row < batch.Count; row++)
        {
            if (!batch.IsMasked || batch.Mask[row]) _rows[count++] = row;
        }
        for (int i = 0; i < _builders.Length; i++) _builders[i].Add(batch.Columns[i], _rows.AsSpan(0, count));
        return count;
    }

    // The schema comes first, once.
    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (_target.Length > 0) return;
        if (!_options.IsStream) await _target.WriteAsync(s_magic, cancellationToken).ConfigureAwait(false);
        FlatBuilder metadata = new();
        int schema = ArrowSchema.Write(metadata, _fields);
        await WriteMessageAsync(metadata, ArrowMessageKind.Schema, schema, default, cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask EndBatchAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        _body.Clear();
        foreach (ArrowArrayBuilder builder in _builders)
        {
            builder.Write(_body);
            builder.Clear();
        }
        FlatBuilder metadata = new();
        int batch = _body.Write(metadata, _batchRows);
        long start = _target.Length;
        int length = await WriteMessageAsync(
            metadata, ArrowMessageKind.Batch, batch, _body.Body, cancellationToken).ConfigureAwait(false);
        _blocks.WriteInt64(start);
        _blocks.WriteInt32(length);
        _blocks.WriteInt32(0);
        _blocks.WriteInt64(_body.Body.Length);
        _blockCount++;
        _batchRows = 0;
    }

    // Returns the bytes before the body.
    private async ValueTask<int> WriteMessageAsync(
        FlatBuilder metadata, ArrowMessageKind kind, int header, ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken)
    {
        metadata.Begin(5);
        metadata.Int64(3, body.Length);
        metadata.Offset(2, header);
        metadata.Int16(0, MetadataVersion);
        metadata.Byte(1, (byte)kind);
        byte[] bytes = metadata.Finish(metadata.End()).ToArray();
        int padded = (bytes.Length + Alignment - 1) & -Alignment;
        byte[] message = new byte[8 + padded];
        BinaryPrimitives.WriteInt32LittleEndian(message, -1);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), padded);
        bytes.CopyTo(message, 8);
        await _target.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        if (body.Length > 0) await _target.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        return message.Length;
    }

    private void WriteFooter(ByteWriter target)
    {
        FlatBuilder footer = new();
        int schema = ArrowSchema.Write(footer, _fields);
        int dictionaries = footer.Structs([], 0), batches = footer.Structs(_blocks.WrittenSpan, _blockCount);
        footer.Begin(4);
        footer.Offset(1, schema);
        footer.Offset(2, dictionaries);
        footer.Offset(3, batches);
        footer.Int16(0, MetadataVersion);
        ReadOnlySpan<byte> bytes = footer.Finish(footer.End());
        target.WriteBytes(bytes);
        target.WriteInt32(bytes.Length);
        target.WriteBytes(s_magic.AsSpan(0, 6));
    }
}
