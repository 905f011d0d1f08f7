using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Datasets.Making;

/// <summary>What became of a table.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Path">Its file.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Length of the file.</param>
internal sealed record WrittenTable(string Table, string Path, long Rows, long Bytes);

/// <summary>
/// Writes the tables of a data set into a folder, a file each. Threads make pieces of rows, and for text formats the
/// text too; one writes them in order, so that memory stays that of a few pieces.
/// </summary>
internal sealed class DatasetWriter(string folder, DatasetFormat format, int threads)
{
    /// <summary>Writes one table; its file appears when it is complete.</summary>
    public async Task<WrittenTable> WriteAsync(TableGenerator table, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileNameOf(table));
        long rows = format is DatasetFormat.Tbl or DatasetFormat.Csv
            ? await WriteTextAsync(table, path, cancellationToken).ConfigureAwait(false)
            : await WriteColumnsAsync(table, path, cancellationToken).ConfigureAwait(false);
        return new WrittenTable(table.Name, path, rows, new FileInfo(path).Length);
    }

    /// <summary>Writes schema.sql: statements that create the tables and, run beside the files, fill them.</summary>
    public async Task WriteSchemaAsync(
        string schema, IEnumerable<TableGenerator> tables, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        string options = format == DatasetFormat.Tbl ? " (FORMAT csv, HEADER false, DELIMITER '|', QUOTE '')" : "";
        string copies = string.Concat(tables.Select(t => $"COPY {t.Name} FROM '{FileNameOf(t)}'{options};\n"));
        await File.WriteAllTextAsync(Path.Combine(folder, "schema.sql"), $"{schema.TrimEnd()}\n\n{copies}",
            cancellationToken).ConfigureAwait(false);
    }

    private string FileNameOf(TableGenerator table) => $"{table.FileName}.{format.ToString().ToLowerInvariant()}";

    private async Task<long> WriteTextAsync(TableGenerator table, string path, CancellationToken cancellationToken)
    {
        long rows = 0;
        await using OutputTarget target = OutputTarget.Open(path, null, CompressionKind.None);
        await OrderedPieces.RunAsync(
            table.PieceCount, threads,
            piece => format == DatasetFormat.Tbl ? TblOf(table, piece) : CsvOf(table, piece),
            async text =>
            {
                rows += text.RowCount;
                await target.WriteAsync(text.Bytes, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private async Task<long> WriteColumnsAsync(TableGenerator table, string path, CancellationToken cancellationToken)
    {
        FileFormat columns = format == DatasetFormat.Arrow ? FileFormat.Arrow : FileFormat.Parquet;
        // Snappy everywhere: a file is the same whether or not the machine has a library for Zstandard.
        SourceOptions options = columns == FileFormat.Parquet
            ? new SourceOptions(KeyValuePair.Create("compression", Value.Text("snappy")))
            : new SourceOptions();
        await using TableFileWriter writer = TableFileWriter.Create(columns, path, null, table.Schema, options);
        await OrderedPieces.RunAsync(
            table.PieceCount, threads, piece => RowsOf(table, piece),
            async rows =>
            {
                foreach (Batch batch in rows.Batches)
                {
                    await writer.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return writer.RowsWritten;
    }

    private static RowBlock RowsOf(TableGenerator table, long piece)
    {
        RowBlock rows = new(table.Schema);
        try
        {
            table.Make(piece, rows);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private static TextPiece TblOf(TableGenerator table, long piece)
    {
        using RowBlock rows = RowsOf(table, piece);
        TextOutput text = new();
        foreach (Batch batch in rows.Batches) TblText.Append(text, batch, table);
        return new TextPiece(text.Written, rows.RowCount);
    }

    private static TextPiece CsvOf(TableGenerator table, long piece)
    {
        using RowBlock rows = RowsOf(table, piece);
        MemoryStream text = new();
        SourceOptions options = new(KeyValuePair.Create("header", Value.Boolean(piece == 0)));
        TableFileWriter writer = TableFileWriter.Create(FileFormat.Csv, null, text, table.Schema, options);
        // Writing to memory ends at once.
        foreach (Batch batch in rows.Batches) writer.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
        writer.FinishAsync().AsTask().GetAwaiter().GetResult();
        return new TextPiece(text.GetBuffer().AsMemory(0, (int)text.Length), rows.RowCount);
    }

    private sealed record TextPiece(ReadOnlyMemory<byte> Bytes, long RowCount) : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
