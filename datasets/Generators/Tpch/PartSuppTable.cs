using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>The four suppliers of each part.</summary>
internal sealed class PartSuppTable(TpchScale scale) : TpchTable(
    "partsupp", scale.Parts, 10_000,
    Integer("ps_partkey"), Integer("ps_suppkey"), Integer("ps_availqty"), Money("ps_supplycost"), Text("ps_comment"))
{
    private const int SuppliersPerPart = 4;

    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        RandomStream quantities = new(1_671_059_989, SuppliersPerPart);
        RandomStream costs = new(1_051_288_424, SuppliersPerPart);
        CommentStream comments = new(1_961_692_154, 124, SuppliersPerPart);
        quantities.SkipRows(first);
        costs.SkipRows(first);
        comments.SkipRows(first);
        for (long part = first + 1; part <= first + count; part++)
        {
            for (int number = 0; number < SuppliersPerPart; number++)
            {
                rows.Integer(part);
                rows.Integer(scale.SupplierOf(part, number));
                rows.Integer(quantities.Next(1, 9_999));
                rows.Integer(costs.Next(100, 100_000));
                comments.AppendTo(rows);
                rows.EndRow();
            }
            quantities.EndRow();
            costs.EndRow();
            comments.EndRow();
        }
    }
}
