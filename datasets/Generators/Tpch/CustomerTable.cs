using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Customers.</summary>
internal sealed class CustomerTable(TpchScale scale) : TpchTable(
    "customer", scale.Customers, 25_000,
    Integer("c_custkey"), Text("c_name"), Text("c_address"), Integer("c_nationkey"), Text("c_phone"),
    Money("c_acctbal"), Text("c_mktsegment"), Text("c_comment"))
{
    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        WordList segmentNames = WordList.Named("segments");
        AddressStream addresses = new(881_155_353);
        RandomStream nations = new(1_489_529_863);
        PhoneStream phones = new(1_521_138_112);
        RandomStream balances = new(298_370_230);
        RandomStream segments = new(1_140_279_430);
        CommentStream comments = new(1_335_826_707, 73);
        addresses.SkipRows(first);
        nations.SkipRows(first);
        phones.SkipRows(first);
        balances.SkipRows(first);
        segments.SkipRows(first);
        comments.SkipRows(first);
        for (long key = first + 1; key <= first + count; key++)
        {
            int nation = nations.Next(0, 24);
            rows.Integer(key);
            AppendNumbered(rows, "Customer"u8, key);
            addresses.AppendTo(rows);
            rows.Integer(nation);
            phones.AppendTo(rows, nation);
            rows.Integer(balances.Next(-99_999, 999_999));
            rows.Text(segments.Next(segmentNames));
            comments.AppendTo(rows);
            rows.EndRow();
            addresses.EndRow();
            nations.EndRow();
            phones.EndRow();
            balances.EndRow();
            segments.EndRow();
            comments.EndRow();
        }
    }
}
