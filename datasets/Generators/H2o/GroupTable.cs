using System.Text.Unicode;
using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.H2o;

/// <summary>The table to group: three keys as text and three as numbers, two of each with few values.</summary>
internal sealed class GroupTable(H2oScale scale) : H2oTable(
    "x_group", $"G1_{H2oScale.Text(scale.Rows)}_{H2oScale.Text(H2oScale.Groups)}_0_0", scale.Rows,
    ("id1", LogicalType.Varchar), ("id2", LogicalType.Varchar), ("id3", LogicalType.Varchar),
    ("id4", LogicalType.Integer), ("id5", LogicalType.Integer), ("id6", LogicalType.Integer),
    ("v1", LogicalType.Integer), ("v2", LogicalType.Integer), ("v3", LogicalType.Double))
{
    private readonly long _many = scale.Rows / H2oScale.Groups;

    protected override void MakeRow(long row, RowBlock block)
    {
        Span<byte> text = stackalloc byte[16];
        for (int purpose = 1; purpose <= 2; purpose++)
        {
            Utf8.TryWrite(text, $"id{1 + Random.Below(row, purpose, H2oScale.Groups):D3}", out int length);
            block.Text(text[..length]);
        }
        Utf8.TryWrite(text, $"id{1 + Random.Below(row, 3, _many):D10}", out int longLength);
        block.Text(text[..longLength]);
        block.Integer(1 + Random.Below(row, 4, H2oScale.Groups));
        block.Integer(1 + Random.Below(row, 5, H2oScale.Groups));
        block.Integer(1 + Random.Below(row, 6, _many));
        block.Integer(1 + Random.Below(row, 7, 5));
        block.Integer(1 + Random.Below(row, 8, 15));
        block.Double(Measure(row, 9));
        block.EndRow();
    }
}
