using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Parts; the price follows from the key.</summary>
internal sealed class PartTable(TpchScale scale) : TpchTable(
    "part", scale.Parts, 25_000,
    Integer("p_partkey"), Text("p_name"), Text("p_mfgr"), Text("p_brand"), Text("p_type"), Integer("p_size"),
    Text("p_container"), Money("p_retailprice"), Text("p_comment"))
{
    private const int NameWords = 5;

    private static readonly WordList s_types = WordList.Of(
        from size in new[] { "STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO" }
        from finish in new[] { "ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED" }
        from metal in new[] { "TIN", "NICKEL", "BRASS", "STEEL", "COPPER" }
        select $"{size} {finish} {metal}");

    private static readonly WordList s_containers = WordList.Of(
        from size in new[] { "SM", "LG", "MED", "JUMBO", "WRAP" }
        from kind in new[] { "CASE", "BOX", "BAG", "JAR", "PACK", "PKG", "CAN", "DRUM" }
        select $"{size} {kind}");

    /// <summary>What a part costs, in cents.</summary>
    public static long Price(long part) => 90_000 + (part / 10 % 20_001) + (part % 1_000 * 100);

    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        byte[][] colors = WordList.Named("colors").Words;
        RandomStream names = new(709_314_158, colors.Length);
        RandomStream makers = new(1);
        RandomStream brands = new(46_831_694);
        RandomStream types = new(1_841_581_359);
        RandomStream sizes = new(1_193_163_244);
        RandomStream containers = new(727_633_698);
        CommentStream comments = new(804_159_733, 14);
        names.SkipRows(first);
        makers.SkipRows(first);
        brands.SkipRows(first);
        types.SkipRows(first);
        sizes.SkipRows(first);
        containers.SkipRows(first);
        comments.SkipRows(first);
        byte[][] shuffled = new byte[colors.Length][];
        for (long key = first + 1; key <= first + count; key++)
        {
            rows.Integer(key);
            AppendName(rows, colors, shuffled, ref names);
            int maker = makers.Next(1, 5);
            rows.Text([.. "Manufacturer#"u8, (byte)('0' + maker)]);
            rows.Text([.. "Brand#"u8, (byte)('0' + maker), (byte)('0' + brands.Next(1, 5))]);
            rows.Text(types.Next(s_types));
            rows.Integer(sizes.Next(1, 50));
            rows.Text(containers.Next(s_containers));
            rows.Integer(Price(key));
            comments.AppendTo(rows);
            rows.EndRow();
            names.EndRow();
            makers.EndRow();
            brands.EndRow();
            types.EndRow();
            sizes.EndRow();
            containers.EndRow();
            comments.EndRow();
        }
    }

    // Five different colours: the first steps of a shuffle.
    private static void AppendName(RowBlock rows, byte[][] colors, byte[][] shuffled, ref RandomStream random)
    {
        colors.CopyTo(shuffled, 0);
        Span<byte> text = stackalloc byte[64];
        int length = 0;
        for (int i = 0; i < NameWords; i++)
        {
            int other = random.Next(i, shuffled.Length - 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
            if (i > 0) text[length++] = (byte)' ';
            shuffled[i].CopyTo(text[length..]);
            length += shuffled[i].Length;
        }
        rows.Text(text[..length]);
    }
}
