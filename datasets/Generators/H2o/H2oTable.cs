using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.H2o;

/// <summary>A table of db-benchmark: each row is a function of its number.</summary>
internal abstract class H2oTable(string name, string fileName, long rows, params (string, LogicalType)[] columns)
    : TableGenerator
{
    protected static readonly Scrambling Random = new(64);

    public sealed override string Name => name;

    public sealed override string FileName => fileName;

    public sealed override Schema Schema { get; } =
        new(columns.Select(c => new Field(c.Item1, c.Item2, IsNullable: false)));

    public sealed override long PieceCount => (rows + H2oScale.PieceRows - 1) / H2oScale.PieceRows;

    public sealed override void Make(long piece, RowBlock block)
    {
        long first = piece * H2oScale.PieceRows, end = Math.Min(rows, first + H2oScale.PieceRows);
        for (long row = first; row < end; row++) MakeRow(row, block);
    }

    protected abstract void MakeRow(long row, RowBlock block);

    /// <summary>A number from 0 to 100 with six digits after the point.</summary>
    protected static double Measure(long row, int purpose) =>
        Math.Round(Random.Unit(row, purpose) * 100 * 1e6, MidpointRounding.AwayFromZero) / 1e6;
}
