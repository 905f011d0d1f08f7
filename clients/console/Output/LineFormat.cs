using ColFrag.Console.Editing;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>A line per value, for rows with many columns: <c>name = value</c>.</summary>
sealed class LineFormat : IResultFormat
{
    public string Name => "line";

    public bool IsForPeople => true;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<Field> fields = result.Schema.Fields;
        int width = fields.Max(field => CellWidth.Of(field.Name));
        string[] names = [.. fields.Select(field => new string(' ', width - CellWidth.Of(field.Name)) + field.Name)];
        long count = 0;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                if (count++ > 0) target.Writer.Write('\n');
                for (int column = 0; column < fields.Count; column++)
                {
                    string text = batch.IsNull(column, row)
                        ? options.NullText
                        : CellText.OnOneLine(CellText.Of(batch, column, row, fields[column].Type, options.Moments));
                    target.Writer.Write($"{names[column]} = {text}\n");
                }
            }
        }
        return count;
    }
}
