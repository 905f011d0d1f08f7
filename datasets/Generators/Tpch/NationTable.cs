using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>The 25 nations, each in a region.</summary>
internal sealed class NationTable() : TpchTable(
    "nation", 25, 25, Integer("n_nationkey"), Text("n_name"), Integer("n_regionkey"), Text("n_comment"))
{
    protected override void MakeKeys(long first, long count, RowBlock rows)
    {
        WordList nations = WordList.Named("nations");
        CommentStream comments = new(606_179_079, 72);
        for (int key = 0; key < nations.Words.Length; key++)
        {
            rows.Integer(key);
            rows.Text(nations.Words[key]);
            rows.Integer(nations.Weights[key]);
            comments.AppendTo(rows);
            rows.EndRow();
            comments.EndRow();
        }
    }
}
