using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Datasets.Making;

/// <summary>Rows as TPC-H's generator prints them.</summary>
internal static class TblText
{
    public static void Append(TextOutput output, Batch batch, TableGenerator table)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            for (int i = 0; i < batch.Columns.Length; i++)
            {
                ColumnVector column = batch.Columns[i];
                if (!column.IsValid(row))
                {
                    // NULL is nothing between bars.
                }
                else if (column.Type.Kind == TypeKind.Varchar) output.Append(column.GetUtf8(row).Span);
                else if (table.IsWholeInTbl(i)) output.Append((long)column.GetInteger(row) / 100);
                else ValueOutput.Append(output, column, row);
                output.Append((byte)'|');
            }
            output.Append((byte)'\n');
        }
    }
}
