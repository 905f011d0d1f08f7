using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>One array with an object per row.</summary>
sealed class JsonFormat : IResultFormat
{
    public string Name => "json";

    public bool IsForPeople => false;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        target.Writer.Write('[');
        long count = await JsonRows.WriteAsync(
            result, target.Writer, first: "\n  ", between: ",\n  ", cancellationToken);
        target.Writer.Write(count > 0 ? "\n]\n" : "]\n");
        return count;
    }
}

/// <summary>An object per line, which programs can read one by one.</summary>
sealed class JsonLinesFormat : IResultFormat
{
    public string Name => "jsonl";

    public bool IsForPeople => false;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        long count = await JsonRows.WriteAsync(result, target.Writer, first: "", between: "\n", cancellationToken);
        if (count > 0) target.Writer.Write('\n');
        return count;
    }
}

/// <summary>Rows as JSON objects. Numbers keep all their digits; what JSON has no form for is a string.</summary>
static class JsonRows
{
    public static async Task<long> WriteAsync(
        QueryResult result, TextWriter writer, string first, string between, CancellationToken cancellationToken)
    {
        IReadOnlyList<Field> fields = result.Schema.Fields;
        string[] names = [.. fields.Select(field => JsonText.Quote(field.Name))];
        long count = 0;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                writer.Write(count++ == 0 ? first : between);
                writer.Write('{');
                for (int column = 0; column < fields.Count; column++)
                {
                    if (column > 0) writer.Write(", ");
                    writer.Write(names[column]);
                    writer.Write(": ");
                    writer.Write(batch.IsNull(column, row) ? "null" : JsonText.Of(batch.GetValue(column, row)));
                }
                writer.Write('}');
            }
        }
        return count;
    }
}
