using System.Buffers;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>
/// RFC 4180 with a line feed at the end of lines. NULL is empty and an empty text is <c>""</c>, so that the two stay
/// apart.
/// </summary>
sealed class CsvFormat(string name, char delimiter) : IResultFormat
{
    private readonly SearchValues<char> _quoted = SearchValues.Create(delimiter, '"', '\n', '\r');

    public string Name => name;

    public bool IsForPeople => false;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        TextWriter writer = target.Writer;
        IReadOnlyList<Field> fields = result.Schema.Fields;
        if (options.HasHeader)
        {
            for (int column = 0; column < fields.Count; column++)
            {
                if (column > 0) writer.Write(delimiter);
                Write(writer, fields[column].Name);
            }
            writer.Write('\n');
        }
        long count = 0;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            count += batch.RowCount;
            for (int row = 0; row < batch.RowCount; row++)
            {
                for (int column = 0; column < fields.Count; column++)
                {
                    if (column > 0) writer.Write(delimiter);
                    if (batch.IsNull(column, row)) continue;
                    Write(writer, CellText.Of(batch, column, row, fields[column].Type, options.Moments));
                }
                writer.Write('\n');
            }
        }
        return count;
    }

    private void Write(TextWriter writer, string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAny(_quoted))
        {
            writer.Write(text);
            return;
        }
        writer.Write('"');
        writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }
}
