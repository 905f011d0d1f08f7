using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>The one to seven lines of each order.</summary>
internal sealed class LineItemTable(TpchScale scale) : TpchTable(
    "lineitem", scale.Orders, 12_500,
    BigInt("l_orderkey"), Integer("l_partkey"), Integer("l_suppkey"), Integer("l_linenumber"), Money("l_quantity"),
    Money("l_extendedprice"), Money("l_discount"), Money("l_tax"), Text("l_returnflag"), Text("l_linestatus"),
    Date("l_shipdate"), Date("l_commitdate"), Date("l_receiptdate"), Text("l_shipinstruct"), Text("l_shipmode"),
    Text("l_comment"))
{
    private const int QuantityColumn = 4;

    public override bool IsWholeInTbl(int column) => column == QuantityColumn;

    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        WordList flagNames = WordList.Named("return flags"), instructionNames = WordList.Named("instructions"),
            modeNames = WordList.Named("modes");
        OrderStreams streams = new(scale);
        RandomStream suppliers = new(2_095_021_727, OrderStreams.MostLines);
        RandomStream commitDates = new(904_914_315, OrderStreams.MostLines);
        RandomStream receiptDates = new(373_135_028, OrderStreams.MostLines);
        RandomStream flags = new(717_419_739, OrderStreams.MostLines);
        RandomStream instructions = new(1_371_272_478, OrderStreams.MostLines);
        RandomStream modes = new(675_466_456, OrderStreams.MostLines);
        CommentStream comments = new(1_095_462_486, 27, OrderStreams.MostLines);
        streams.SkipOrders(first);
        suppliers.SkipRows(first);
        commitDates.SkipRows(first);
        receiptDates.SkipRows(first);
        flags.SkipRows(first);
        instructions.SkipRows(first);
        modes.SkipRows(first);
        comments.SkipRows(first);
        for (long order = first + 1; order <= first + count; order++)
        {
            streams.BeginOrder();
            for (int number = 1; number <= streams.LineCount; number++)
            {
                OrderStreams.Line line = streams.NextLine();
                int commitDate = streams.OrderDate + commitDates.Next(30, 90);
                int receiptDate = line.ShipDate + receiptDates.Next(1, 30);
                rows.Integer(OrderStreams.KeyOf(order));
                rows.Integer(line.Part);
                rows.Integer(scale.SupplierOf(line.Part, suppliers.Next(0, 3)));
                rows.Integer(number);
                rows.Integer(line.Quantity * 100);
                rows.Integer(line.ExtendedPrice);
                rows.Integer(line.Discount);
                rows.Integer(line.Tax);
                // What has not arrived cannot be returned, and takes no number of the stream.
                rows.Text(receiptDate <= OrderStreams.Today ? flags.Next(flagNames) : "N"u8);
                rows.Text(line.IsShipped ? "F"u8 : "O"u8);
                rows.Integer(line.ShipDate);
                rows.Integer(commitDate);
                rows.Integer(receiptDate);
                rows.Text(instructions.Next(instructionNames));
                rows.Text(modes.Next(modeNames));
                comments.AppendTo(rows);
                rows.EndRow();
            }
            streams.EndOrder();
            suppliers.EndRow();
            commitDates.EndRow();
            receiptDates.EndRow();
            flags.EndRow();
            instructions.EndRow();
            modes.EndRow();
            comments.EndRow();
        }
    }
}
