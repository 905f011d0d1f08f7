using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>How JSON is written.</summary>
internal sealed record JsonWriterOptions
{
    /// <summary>One array of objects instead of an object per line.</summary>
    public bool Array { get; init; }

    /// <summary>Around the whole file.</summary>
    public CompressionKind Compression { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static JsonWriterOptions From(SourceOptions options, string? path)
    {
        string? compression = options.TakeText("compression");
        JsonWriterOptions taken = new()
        {
            Array = options.TakeBoolean("array") ?? false,
            Compression = compression is not null ? CompressionKinds.Parse(compression)
                : path is not null ? CompressionKinds.FromName(path) : CompressionKind.None,
        };
        options.ExpectAllTaken("JSON output");
        return taken;
    }
}

/// <summary>Writes an object per row.</summary>
internal sealed class JsonWriter(OutputTarget target, Schema schema, JsonWriterOptions options) : TableFileWriter
{
    private const int FlushBytes = 256 << 10;

    private readonly TextOutput _output = new();
    private readonly JsonOutput _values = new();
    private readonly byte[][] _names = [.. schema.Fields.Select((f, i) => JsonOutput.NameOf(f.Name, i))];

    /// <inheritdoc/>
    public override long BytesWritten => target.Length + _output.Length;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            if (options.Array) _output.Append(RowsWritten == 0 ? "[\n"u8 : ",\n"u8);
            for (int i = 0; i < batch.Columns.Length; i++)
            {
                _output.Append(_names[i]);
                _values.Append(_output, batch.Columns[i], row);
            }
            _output.Append(batch.Columns.Length == 0 ? "{}"u8 : "}"u8);
            if (!options.Array) _output.Append((byte)'\n');
            RowsWritten++;
            if (_output.Length >= FlushBytes) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (options.Array) _output.Append(RowsWritten == 0 ? "[]\n"u8 : "\n]\n"u8);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => target.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await target.WriteAsync(_output.Written, cancellationToken).ConfigureAwait(false);
        _output.Clear();
    }
}
