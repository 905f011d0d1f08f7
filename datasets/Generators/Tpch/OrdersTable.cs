using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Orders; every third customer has none.</summary>
internal sealed class OrdersTable(TpchScale scale) : TpchTable(
    "orders", scale.Orders, 25_000,
    BigInt("o_orderkey"), Integer("o_custkey"), Text("o_orderstatus"), Money("o_totalprice"), Date("o_orderdate"),
    Text("o_orderpriority"), Text("o_clerk"), Integer("o_shippriority"), Text("o_comment"))
{
    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        WordList priorityNames = WordList.Named("priorities");
        OrderStreams streams = new(scale);
        RandomStream customers = new(851_767_375);
        RandomStream priorities = new(591_449_447);
        RandomStream clerks = new(1_171_034_773);
        CommentStream comments = new(276_090_261, 49);
        streams.SkipOrders(first);
        customers.SkipRows(first);
        priorities.SkipRows(first);
        clerks.SkipRows(first);
        comments.SkipRows(first);
        for (long order = first + 1; order <= first + count; order++)
        {
            streams.BeginOrder();
            long total = 0;
            int shipped = 0;
            for (int i = 0; i < streams.LineCount; i++)
            {
                OrderStreams.Line line = streams.NextLine();
                total += line.Total;
                if (line.IsShipped) shipped++;
            }
            rows.Integer(OrderStreams.KeyOf(order));
            rows.Integer(CustomerOf(customers.Next(1, scale.Customers)));
            rows.Text(shipped == streams.LineCount ? "F"u8 : shipped > 0 ? "P"u8 : "O"u8);
            rows.Integer(total);
            rows.Integer(streams.OrderDate);
            rows.Text(priorities.Next(priorityNames));
            AppendNumbered(rows, "Clerk"u8, clerks.Next(1, scale.Clerks));
            rows.Integer(0);
            comments.AppendTo(rows);
            rows.EndRow();
            streams.EndOrder();
            customers.EndRow();
            priorities.EndRow();
            clerks.EndRow();
            comments.EndRow();
        }
    }

    // A customer without orders hands over to the next, the last one to the one before.
    private int CustomerOf(int customer)
    {
        for (int step = 1; customer % 3 == 0; step = -step) customer = Math.Min(customer + step, scale.Customers);
        return customer;
    }
}
