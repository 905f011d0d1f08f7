using ColFrag.Datasets.Making;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Datasets.Generators.Flights;

/// <summary>A table whose rows come with the program, in a file of its folder datasets/flights.</summary>
internal sealed class BundledTable : TableGenerator
{
    private readonly ITableSource _source;
    private readonly int[] _columns;

    /// <param name="name">The table's name.</param>
    /// <param name="file">The file of its rows.</param>
    /// <param name="columns">Its columns.</param>
    public BundledTable(string name, string file, params Field[] columns)
    {
        Name = name;
        Schema = new Schema(columns);
        _columns = [.. Enumerable.Range(0, columns.Length)];
        string path = Path.Combine(AppContext.BaseDirectory, "datasets", "flights", file);
        if (!File.Exists(path))
        {
            throw new StorageException(
                "Data that come with the program are missing", path,
                "They are part of the source tree: datasets/flights.", SqlStates.UndefinedFile);
        }
        _source = TableSources.Open(
            [path], null, new SourceOptions(), new SourceContext { Target = Schema });
    }

    public override string Name { get; }

    public override Schema Schema { get; }

    public override long PieceCount => _source.PieceCount;

    public override void Make(long piece, RowBlock rows)
    {
        using Batch batch = new(Schema);
        using IPieceReader reader = _source.OpenPiece((int)piece, _columns, MemoryAccount.Untracked);
        while (reader.Read(batch, CancellationToken.None))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                foreach (ColumnVector column in batch.Columns) AppendValue(column, row, rows);
                rows.EndRow();
            }
        }
    }

    private static void AppendValue(ColumnVector column, int row, RowBlock rows)
    {
        if (!column.IsValid(row)) rows.Null();
        else if (column.Type.Kind == TypeKind.Varchar) rows.Text(column.GetUtf8(row).Span);
        else if (column.Type.Kind == TypeKind.Double) rows.Double(column.GetDouble(row));
        else rows.Integer((long)column.GetInteger(row));
    }
}
