using System.Text.RegularExpressions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>
/// The files that implementations of Arrow check each other with: <c>data/arrow-ipc-stream/integration</c> of
/// apache/arrow-testing, laid beside the checkout as <c>shared/arrow-testing</c>; none is part of it.
/// </summary>
public sealed class GoldFilesTests
{
    private const string Folder = "arrow-testing";

    private static readonly Regex s_beyond = new(@"\b0/0/-?[0-9]{20,}");

    [LongFact(Folder)]
    public void Every_file_has_the_rows_that_its_JSON_says()
    {
        string root = Path.Combine(Repository.Shared!, Folder, "data", "arrow-ipc-stream", "integration");
        List<string> wrong = [];
        int files = 0, rows = 0;
        foreach (string json in Directory.GetFiles(root, "*.json.gz", SearchOption.AllDirectories))
        {
            List<string> expected = GoldFile.Rows(json);
            foreach (string kind in (string[])[".arrow_file", ".stream"])
            {
                string path = json[..^".json.gz".Length] + kind;
                if (!File.Exists(path)) continue;
                files++;
                rows += expected.Count;
                if (Difference(path, expected) is { } difference)
                    wrong.Add($"{Path.GetRelativePath(root, path)}: {difference}");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {files} files\n{string.Join('\n', wrong)}");
        Assert.True(files > 100 && rows > 1_000, $"{files} files, {rows} rows");
    }

    private static string? Difference(string path, List<string> expected)
    {
        List<string> found;
        try
        {
            found = Read(path);
        }
        catch (ColFragException error)
        {
            // Durations and moments of any 64 bits are no values of ours.
            bool isBeyond = expected.Exists(row => s_beyond.IsMatch(row));
            return error.SqlState == SqlStates.DatetimeOverflow && isBeyond ? null : error.Message;
        }
        if (found.Count != expected.Count) return $"{found.Count} rows instead of {expected.Count}";
        int row = Enumerable.Range(0, found.Count).FirstOrDefault(i => found[i] != expected[i], -1);
        return row < 0 ? null : $"row {row}\n    {found[row]}\n    {expected[row]}";
    }

    private static List<string> Read(string path)
    {
        using ITableSource source = ArrowSource.OpenFile(path, new SourceContext());
        int[] columns = [.. Enumerable.Range(0, source.Schema.Count)];
        List<string> rows = [];
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using Batch batch = new(source.Schema);
            using IPieceReader reader = source.OpenPiece(piece, columns, MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None))
            {
                for (int row = 0; row < batch.Count; row++)
                    rows.Add(string.Join('|', batch.Columns.Select(c => GoldFile.Text(c.GetValue(row)))));
            }
        }
        return rows;
    }
}
