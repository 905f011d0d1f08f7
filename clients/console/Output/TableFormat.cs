using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>
/// A box for people: types under names, numbers to the right, NULL unlike the text "NULL", cut to the width of the
/// terminal and to the first rows.
/// </summary>
sealed class TableFormat : IResultFormat
{
    public string Name => "table";

    public bool IsForPeople => true;

    public async Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<Field> fields = result.Schema.Fields;
        bool isPlan = fields is [{ Name: "QUERY PLAN" }];
        int shownRows = options.MaxRows == 0 || isPlan ? int.MaxValue : options.MaxRows;
        List<string?[]> rows = [];
        long count = 0;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            for (int row = 0; row < batch.RowCount && rows.Count < shownRows; row++)
            {
                string?[] cells = new string?[fields.Count];
                for (int column = 0; column < fields.Count; column++)
                {
                    if (batch.IsNull(column, row)) continue;
                    cells[column] = CellText.Of(batch, column, row, fields[column].Type, options.Moments);
                }
                rows.Add(cells);
            }
            count += batch.RowCount;
        }
        if (isPlan)
        {
            // A plan is a drawing of its own.
            foreach (string?[] row in rows) target.Writer.Write(row[0] + "\n");
            return count;
        }
        BoxTable.Write(fields, rows, target, options);
        if (count > rows.Count)
        {
            string more = (count - rows.Count).ToString("N0", CultureInfo.InvariantCulture);
            target.Writer.Write($"… {more} more row{(count - rows.Count == 1 ? "" : "s")} (.maxrows 0 shows all)\n");
        }
        return count;
    }
}
