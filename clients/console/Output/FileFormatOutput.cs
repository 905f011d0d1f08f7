using ColFrag.Console.Commands;
using ColFrag.Engine;
using ColFrag.Engine.Formats;

namespace ColFrag.Console.Output;

/// <summary>Results as the bytes of a file that other programs read: Parquet, an Arrow stream.</summary>
sealed class FileFormatOutput(string name, FileFormat format) : IResultFormat
{
    public string Name => name;

    public bool IsForPeople => false;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        if (target.Columns is not null)
        {
            throw new UsageException($"{name} is not for terminals; redirect the output, or name a file with .output.");
        }
        await target.Writer.FlushAsync(cancellationToken);
        await using TableFileWriter writer = TableFileWriter.Create(
            format, null, target.Stream, result.Schema, new SourceOptions());
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            await writer.WriteAsync(writer is IShapeTaker ? batch.Batch : batch.Flattened(), cancellationToken);
        }
        await writer.FinishAsync(cancellationToken);
        return writer.RowsWritten;
    }
}
