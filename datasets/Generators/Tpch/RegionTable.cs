using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>The five regions.</summary>
internal sealed class RegionTable()
    : TpchTable("region", 5, 5, Integer("r_regionkey"), Text("r_name"), Text("r_comment"))
{
    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        WordList regions = WordList.Named("regions");
        CommentStream comments = new(1_500_869_201, 72);
        for (int key = 0; key < regions.Words.Length; key++)
        {
            rows.Integer(key);
            rows.Text(regions.Words[key]);
            comments.AppendTo(rows);
            rows.EndRow();
            comments.EndRow();
        }
    }
}
