using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>A table of GitHub's Markdown, numbers to the right.</summary>
sealed class MarkdownFormat : IResultFormat
{
    public string Name => "markdown";

    public bool IsForPeople => false;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<Field> fields = result.Schema.Fields;
        WriteRow(target.Writer, fields.Select(field => field.Name));
        target.Writer.Write($"|{string.Concat(fields.Select(field => field.Type.IsNumeric ? " ---: |" : " --- |"))}\n");
        long count = 0;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            count += batch.RowCount;
            for (int row = 0; row < batch.RowCount; row++)
            {
                WriteRow(target.Writer, fields.Select((field, column) => batch.IsNull(column, row)
                    ? options.NullText
                    : CellText.Of(batch, column, row, field.Type, options.Moments)));
            }
        }
        return count;
    }

    private static void WriteRow(TextWriter writer, IEnumerable<string> cells)
    {
        foreach (string cell in cells)
        {
            writer.Write("| ");
            writer.Write(CellText.OnOneLine(cell).Replace("|", "\\|", StringComparison.Ordinal));
            writer.Write(' ');
        }
        writer.Write("|\n");
    }
}
