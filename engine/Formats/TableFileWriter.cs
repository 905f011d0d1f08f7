using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Formats.Parquet.Writing;
using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>
/// Writes rows to a file of any format: the one door behind COPY TO, the API and the command line. A file appears under
/// its name when it is finished, whole and durable; a writer that is disposed before leaves nothing behind.
/// </summary>
internal abstract class TableFileWriter : IAsyncDisposable
{
    /// <summary>Rows written.</summary>
    public long RowsWritten { get; protected set; }

    /// <summary>Bytes of the file so far, before text is compressed; what is still encoded comes later.</summary>
    public abstract long BytesWritten { get; }

    /// <summary>Starts a file.</summary>
    /// <param name="format">The format.</param>
    /// <param name="path">The file, or the folder of several; null to write to the stream.</param>
    /// <param name="stream">Where the bytes go without a path; stays open.</param>
    /// <param name="schema">The columns of the batches.</param>
    /// <param name="options">The format's options; an unknown one is an error.</param>
    public static TableFileWriter Create(
        FileFormat format, string? path, Stream? stream, Schema schema, SourceOptions options)
    {
        Invariant.Holds(path is null != stream is null);
        FolderOptions folder = FolderOptions.From(options);
        if (folder.IsWanted) return FolderWriter.Open(format, path, schema, folder, options);
        return CreateFile(format, path, stream, schema, options);
    }

    /// <summary>Starts one file, whatever the options say of folders.</summary>
    internal static TableFileWriter CreateFile(
        FileFormat format, string? path, Stream? stream, Schema schema, SourceOptions options)
    {
        switch (format)
        {
            case FileFormat.Csv:
                CsvWriterOptions csv = CsvWriterOptions.From(options, path);
                return new CsvWriter(OutputTarget.Open(path, stream, csv.Compression), schema, csv);
            case FileFormat.Json:
                JsonWriterOptions json = JsonWriterOptions.From(options, path);
                return new JsonWriter(OutputTarget.Open(path, stream, json.Compression), schema, json);
            case FileFormat.Parquet:
                ParquetWriterOptions parquet = ParquetWriterOptions.From(options);
                return new ParquetWriter(OutputTarget.Open(path, stream, CompressionKind.None), schema, parquet);
            case FileFormat.PostgresText:
                PostgresCopyOptions text = PostgresCopyOptions.From(options, "text");
                return PostgresCopyWriter.Text(
                    OutputTarget.Open(path, stream, CompressionKind.None), schema, text, isForClient: path is null);
            case FileFormat.PostgresBinary:
                options.ExpectAllTaken("binary");
                return PostgresCopyWriter.Binary(
                    OutputTarget.Open(path, stream, CompressionKind.None), isForClient: path is null);
            case FileFormat.Arrow:
                ArrowWriterOptions arrow = ArrowWriterOptions.From(options, path);
                return new ArrowWriter(OutputTarget.Open(path, stream, CompressionKind.None), schema, arrow);
            default:
                throw Invariant.Unreachable($"format {format}");
        }
    }

    /// <summary>Writes the rows of a batch that count; it is the caller's again when the task ends.</summary>
    public abstract ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default);

    /// <summary>Writes what is left and gives the file its name.</summary>
    public abstract ValueTask FinishAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
