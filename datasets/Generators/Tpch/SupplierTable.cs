using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Suppliers; of ten in ten thousand, customers complain or recommend them in the comment.</summary>
internal sealed class SupplierTable(TpchScale scale) : TpchTable(
    "supplier", scale.Suppliers, 10_000,
    Integer("s_suppkey"), Text("s_name"), Text("s_address"), Integer("s_nationkey"), Text("s_phone"),
    Money("s_acctbal"), Text("s_comment"))
{
    private const int LongestComment = 100;

    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        AddressStream addresses = new(706_178_559);
        RandomStream nations = new(110_356_601);
        PhoneStream phones = new(884_434_366);
        RandomStream balances = new(962_338_209);
        CommentStream comments = new(1_341_315_363, 63);
        RandomStream opinions = new(202_794_285);
        RandomStream gaps = new(263_032_577);
        RandomStream offsets = new(715_851_524);
        RandomStream kinds = new(753_643_799);
        addresses.SkipRows(first);
        nations.SkipRows(first);
        phones.SkipRows(first);
        balances.SkipRows(first);
        comments.SkipRows(first);
        opinions.SkipRows(first);
        gaps.SkipRows(first);
        offsets.SkipRows(first);
        kinds.SkipRows(first);
        Span<byte> comment = stackalloc byte[LongestComment];
        for (long key = first + 1; key <= first + count; key++)
        {
            ReadOnlySpan<byte> text = comments.Next();
            text.CopyTo(comment);
            if (opinions.Next(1, 10_000) <= 10)
            {
                WriteOpinion(comment[..text.Length], ref gaps, ref offsets, ref kinds);
            }
            int nation = nations.Next(0, 24);
            rows.Integer(key);
            AppendNumbered(rows, "Supplier"u8, key);
            addresses.AppendTo(rows);
            rows.Integer(nation);
            phones.AppendTo(rows, nation);
            rows.Integer(balances.Next(-99_999, 999_999));
            rows.Text(comment[..text.Length]);
            rows.EndRow();
            addresses.EndRow();
            nations.EndRow();
            phones.EndRow();
            balances.EndRow();
            comments.EndRow();
            opinions.EndRow();
            gaps.EndRow();
            offsets.EndRow();
            kinds.EndRow();
        }
    }

    // "Customer", some of the old text, and what the customer says, somewhere in the comment.
    private static void WriteOpinion(
        Span<byte> comment, ref RandomStream gaps, ref RandomStream offsets, ref RandomStream kinds)
    {
        ReadOnlySpan<byte> customer = "Customer "u8, complaint = "Complaints"u8, recommendation = "Recommends"u8;
        int length = customer.Length + complaint.Length;
        int gap = gaps.Next(0, comment.Length - length);
        int offset = offsets.Next(0, comment.Length - length - gap);
        customer.CopyTo(comment[offset..]);
        ReadOnlySpan<byte> kind = kinds.Next(0, 100) < 50 ? complaint : recommendation;
        kind.CopyTo(comment[(offset + customer.Length + gap)..]);
    }
}
