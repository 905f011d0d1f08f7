using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Editing;
using ColFrag.Engine;

namespace ColFrag.Console.Cluster;

/// <summary>
/// Which worker has which fragment, as a picture: a line for each fragment, a column for each worker. Column groups of
/// a range that lie on the same workers share a line.
/// </summary>
static class FragmentMap
{
    private const int MostLinesOfTable = 16;
    private const int CellWidth = 11;

    private const string Workers = "SELECT worker, state FROM colfrag_workers ORDER BY worker";

    private const string Fragments =
        """
        SELECT table_name, range_number, column_group, row_count, bytes, workers, workers_of_parts, copies,
          wanted_copies, segments
        FROM colfrag_fragments
        ORDER BY table_schema, table_name, range_number, column_group
        """;

    /// <summary>Asks, and draws.</summary>
    public static async Task<IReadOnlyList<string>> DrawAsync(
        ISession session, bool useColor, CancellationToken cancellationToken)
    {
        Answer workers = await Answer.OfAsync(session, Workers, cancellationToken);
        Answer fragments = await Answer.OfAsync(session, Fragments, cancellationToken);
        (string Number, bool IsLive)[] columns = [.. workers.Rows.Select(r => (r[0]!, r[1] == "live"))];
        Fragment[] all = [.. fragments.Rows.Select(Read)];
        Painter paint = new(useColor);
        List<string> lines = [Header(columns, paint)];
        foreach (IGrouping<string, Fragment> table in all.GroupBy(f => f.Table)) Add(lines, [.. table], columns, paint);
        lines.Add("");
        lines.Add(paint.Faint("● a copy   ◐ a copy of a part   ○ a copy on a worker that is away"));
        return lines;
    }

    private static string Header((string Number, bool IsLive)[] columns, Painter paint)
    {
        string header = new(' ', 28);
        foreach ((string number, bool isLive) in columns)
        {
            string name = $"worker {number}".PadRight(CellWidth);
            header += isLive ? name : paint.Faint(name);
        }
        return header + "copies";
    }

    private static void Add(
        List<string> lines, Fragment[] table, (string Number, bool IsLive)[] columns, Painter paint)
    {
        int ranges = table.Select(f => f.Range).Distinct().Count();
        int groups = table.Select(f => f.Group).Distinct().Count();
        long rows = table.GroupBy(f => f.Range).Sum(r => r.First().Rows);
        lines.Add(
            $"{paint.Strong(table[0].Table)}  {rows.ToString("N0", CultureInfo.InvariantCulture)} rows, " +
            $"{FolderPicture.Size(table.Sum(f => f.Bytes))}, " +
            $"{Count(ranges, "hash range")} × {Count(groups, "column group")}");
        (Fragment First, string Groups)[] rowsOfPicture =
        [
            .. table.GroupBy(f => (f.Range, f.Whole, f.Parts, f.Copies))
                .Select(g => (g.First(), string.Join(", ", g.Select(f => f.Group)))),
        ];
        foreach ((Fragment first, string names) in rowsOfPicture.Take(MostLinesOfTable))
        {
            string name = names.Contains(',', StringComparison.Ordinal) ? $"groups {names}" : $"group {names}";
            string line = $"  range {first.Range,-4} {name}".PadRight(28);
            foreach ((string number, bool isLive) in columns)
            {
                bool isWhole = first.Has(first.Whole, number), isPart = first.Has(first.Parts, number);
                string cell = !isWhole && !isPart ? "·" : !isLive ? "○" : isWhole ? "●" : "◐";
                string padding = new(' ', CellWidth - 4);
                line += $"   {(isWhole && isLive ? paint.Good(cell) : paint.Faint(cell))}{padding}";
            }
            lines.Add(line + Copies(first, paint));
        }
        if (rowsOfPicture.Length > MostLinesOfTable)
        {
            lines.Add(paint.Faint($"  … {rowsOfPicture.Length - MostLinesOfTable} more"));
        }
    }

    private static string Copies(Fragment fragment, Painter paint)
    {
        if (fragment.Segments == 0) return paint.Faint("no rows");
        string text = $"{fragment.Copies} of {fragment.Wanted}";
        return fragment.Copies >= fragment.Wanted ? text : paint.Bad(text);
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static Fragment Read(string?[] row) => new(
        row[0]!, Number(row[1]), Number(row[2]), Number(row[3]), Number(row[4]), row[5] ?? "", row[6] ?? "",
        Number(row[7]), Number(row[8]), Number(row[9]));

    private static long Number(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);

    private sealed record Fragment(
        string Table, long Range, long Group, long Rows, long Bytes, string Whole, string Parts, long Copies,
        long Wanted, long Segments)
    {
        public bool Has(string workers, string number) =>
            workers.Split(", ", StringSplitOptions.RemoveEmptyEntries).Contains(number);
    }

    private sealed class Painter(bool useColor)
    {
        public string Strong(string text) => Paint("\e[1m", text);

        public string Good(string text) => Paint("\e[32m", text);

        public string Bad(string text) => Paint("\e[33m", text);

        public string Faint(string text) => Paint("\e[90m", text);

        private string Paint(string sequence, string text) =>
            useColor ? $"{sequence}{text}{TextStyles.Reset}" : text;
    }
}
