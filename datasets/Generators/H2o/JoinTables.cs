using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.H2o;

/// <summary>The four tables to join: one large, and one for each size of key.</summary>
internal sealed class JoinTables(H2oScale scale)
{
    private readonly KeyLevel _small = new(scale.SmallRows, 1);
    private readonly KeyLevel _medium = new(scale.MediumRows, 2);
    private readonly KeyLevel _big = new(scale.Rows, 3);

    public IReadOnlyList<TableGenerator> All =>
    [
        new LeftTable(scale, this), new SmallTable(scale, this), new MediumTable(scale, this),
        new BigTable(scale, this),
    ];

    private static string FileNameOf(H2oScale scale, string right) => $"J1_{H2oScale.Text(scale.Rows)}_{right}_0_0";

    private static (string, LogicalType) Number(string name) => (name, LogicalType.Integer);

    private static (string, LogicalType) Text(string name) => (name, LogicalType.Varchar);

    private static (string, LogicalType) Double(string name) => (name, LogicalType.Double);

    /// <summary>The left side of every join: a key of each level, twice.</summary>
    private sealed class LeftTable(H2oScale scale, JoinTables keys) : H2oTable(
        "x", FileNameOf(scale, "NA"), scale.Rows,
        Number("id1"), Number("id2"), Number("id3"), Text("id4"), Text("id5"), Text("id6"), Double("v1"))
    {
        protected override void MakeRow(long row, RowBlock block)
        {
            long small = keys._small.Left(Random, row, 30), medium = keys._medium.Left(Random, row, 31),
                big = keys._big.Left(Random, row, 32);
            block.Integer(small);
            block.Integer(medium);
            block.Integer(big);
            KeyLevel.AppendText(block, small);
            KeyLevel.AppendText(block, medium);
            KeyLevel.AppendText(block, big);
            block.Double(Measure(row, 33));
            block.EndRow();
        }
    }

    private sealed class SmallTable(H2oScale scale, JoinTables keys) : H2oTable(
        "small", FileNameOf(scale, H2oScale.Text(scale.SmallRows)), scale.SmallRows,
        Number("id1"), Text("id4"), Double("v2"))
    {
        protected override void MakeRow(long row, RowBlock block)
        {
            long small = keys._small.Own(row);
            block.Integer(small);
            KeyLevel.AppendText(block, small);
            block.Double(Measure(row, 34));
            block.EndRow();
        }
    }

    private sealed class MediumTable(H2oScale scale, JoinTables keys) : H2oTable(
        "medium", FileNameOf(scale, H2oScale.Text(scale.MediumRows)), scale.MediumRows,
        Number("id1"), Number("id2"), Text("id4"), Text("id5"), Double("v2"))
    {
        protected override void MakeRow(long row, RowBlock block)
        {
            long small = keys._small.Right(Random, row, 36), medium = keys._medium.Own(row);
            block.Integer(small);
            block.Integer(medium);
            KeyLevel.AppendText(block, small);
            KeyLevel.AppendText(block, medium);
            block.Double(Measure(row, 37));
            block.EndRow();
        }
    }

    private sealed class BigTable(H2oScale scale, JoinTables keys) : H2oTable(
        "big", FileNameOf(scale, H2oScale.Text(scale.Rows)), scale.Rows,
        Number("id1"), Number("id2"), Number("id3"), Text("id4"), Text("id5"), Text("id6"), Double("v2"))
    {
        protected override void MakeRow(long row, RowBlock block)
        {
            long small = keys._small.Right(Random, row, 39), medium = keys._medium.Right(Random, row, 40),
                big = keys._big.Own(row);
            block.Integer(small);
            block.Integer(medium);
            block.Integer(big);
            KeyLevel.AppendText(block, small);
            KeyLevel.AppendText(block, medium);
            KeyLevel.AppendText(block, big);
            block.Double(Measure(row, 41));
            block.EndRow();
        }
    }
}
