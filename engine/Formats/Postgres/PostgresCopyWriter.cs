using System.Buffers;
using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>
/// Writes what PostgreSQL's COPY TO writes: its text format, a line a row with backslashes before what would be
/// mistaken,
/// or its binary one.
/// <code>
///   bytes      field of the binary format, numbers with the high byte first
///   11         "PGCOPY\n" 0xFF "\r\n" 0
///   4, 4       flags, bytes of header that follow: 0
///   2          number of columns, once a row; -1 after the last
///   4, n       length of a value, -1 for NULL; the value as PostgreSQL's send function makes it
/// </code>
/// </summary>
internal sealed class PostgresCopyWriter : TableFileWriter, IMomentTaker
{
    private const int FlushBytes = 64 << 10;
    private static readonly SearchValues<byte> s_control = SearchValues.Create("\\\n\r\t\b\f\v"u8);
    private readonly OutputTarget _target;
    private readonly PostgresCopyOptions? _text;
    private readonly int _flushBytes;
    private readonly ByteWriter _output = new(FlushBytes * 2);
    private readonly ByteWriter _field = new();

    // Clients of the protocol expect a message a row, the header with the first: to them each row goes by itself.
    private PostgresCopyWriter(OutputTarget target, PostgresCopyOptions? text, bool isForClient)
    {
        _flushBytes = isForClient ? 0 : FlushBytes;
        _target = target;
        _text = text;
    }

    /// <inheritdoc/>
    public MomentText Moments { private get; set; } = MomentText.Iso;

    /// <summary>The bytes that the binary format begins with.</summary>
    public static ReadOnlySpan<byte> Signature => "PGCOPY\n"u8;

    /// <inheritdoc/>
    public override long BytesWritten => _target.Length;

    /// <summary>Writes text.</summary>
    public static PostgresCopyWriter Text(
        OutputTarget target, Schema schema, PostgresCopyOptions options, bool isForClient)
    {
        PostgresCopyWriter writer = new(target, options, isForClient);
        if (!options.HasHeader) return writer;
        for (int i = 0; i < schema.Count; i++)
        {
            if (i > 0) writer._output.WriteByte(options.Delimiter);
            writer.WriteEscaped(Encoding.UTF8.GetBytes(schema[i].Name));
        }
        writer._output.WriteByte((byte)'\n');
        return writer;
    }

    /// <summary>Writes the binary format.</summary>
    public static PostgresCopyWriter Binary(OutputTarget target, bool isForClient)
    {
        PostgresCopyWriter writer = new(target, null, isForClient);
        writer._output.WriteBytes(Signature);
        writer._output.WriteBytes([0xFF, (byte)'\r', (byte)'\n', 0]);
        writer._output.WriteBigInt32(0);
        writer._output.WriteBigInt32(0);
        return writer;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            if (_text is null) WriteBinaryRow(batch, row);
            else WriteTextRow(batch, row, _text);
            RowsWritten++;
            if (_output.Length >= _flushBytes) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (_text is null) _output.WriteBigInt16(-1);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _output.Dispose();
        _field.Dispose();
        return _target.DisposeAsync();
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _target.WriteAsync(_output.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _output.Clear();
    }

    private void WriteBinaryRow(Batch batch, int row)
    {
        _output.WriteBigInt16(batch.Columns.Length);
        foreach (ColumnVector column in batch.Columns) PostgresBinaryFormat.Write(_output, column, row);
    }

    private void WriteTextRow(Batch batch, int row, PostgresCopyOptions options)
    {
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            if (i > 0) _output.WriteByte(options.Delimiter);
            if (!batch.Columns[i].IsValid(row))
            {
                _output.WriteBytes(options.NullText);
                continue;
            }
            _field.Clear();
            PostgresTextFormat.WriteBare(_field, batch.Columns[i], row, Moments);
            WriteEscaped(_field.WrittenSpan);
        }
        _output.WriteByte((byte)'\n');
    }

    private void WriteEscaped(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(s_control) < 0 && text.IndexOf(_text!.Delimiter) < 0)
        {
            _output.WriteBytes(text);
            return;
        }
        foreach (byte letter in text)
        {
            byte escaped = letter switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                (byte)'\v' => (byte)'v',
                (byte)'\\' => (byte)'\\',
                _ => letter,
            };
            if (escaped != letter || letter == (byte)'\\' || letter == _text!.Delimiter) _output.WriteByte((byte)'\\');
            _output.WriteByte(escaped);
        }
    }
}
