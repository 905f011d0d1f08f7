using System.Globalization;
using System.Text;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Asks ColFrag and DuckDB the same and lists where they differ.</summary>
internal sealed class AnswerComparison : IDisposable
{
    private readonly StringBuilder _differences = new();

    public SqlSession Ours { get; } = new();

    public DuckDbPeer Theirs { get; } = DuckDbPeer.Start();

    /// <summary>Runs a statement on both sides.</summary>
    public void Run(string sql)
    {
        Ours.Run(sql);
        Theirs.Execute(sql);
    }

    /// <summary>Compares the rows of a query, cast to text on their side; the dialects may differ in the
    /// texts.</summary>
    public void Compare(string ours, string? theirs = null)
    {
        string[][] left;
        string[][] right;
        try
        {
            left = Ours.Rows(ours);
        }
        catch (Exception error)
        {
            left = [[$"{error.GetType().Name}: {error.Message}"]];
        }
        try
        {
            right = [.. Theirs.Run(theirs ?? ours).Rows.Select(r => r.Select(v => v ?? "NULL").ToArray())];
        }
        catch (InvalidOperationException error)
        {
            right = [[error.Message]];
        }
        bool isSame = left.Length == right.Length && left.Zip(right).All(
            pair => pair.First.Length == pair.Second.Length &&
                pair.First.Zip(pair.Second).All(v => AreEqual(v.First, v.Second)));
        if (isSame) return;
        int row = Enumerable.Range(0, Math.Min(left.Length, right.Length))
            .FirstOrDefault(i => !left[i].Zip(right[i]).All(v => AreEqual(v.First, v.Second)));
        _differences.Append(
            CultureInfo.InvariantCulture,
            $"\n{ours}\n   ours   {Line(left, row)}\n   theirs {Line(right, row)}");
    }

    /// <summary>Fails with everything that differed.</summary>
    public void Check() => Assert.True(_differences.Length == 0, _differences.ToString());

    public void Dispose()
    {
        Ours.Dispose();
        Theirs.Dispose();
    }

    private static string Line(string[][] rows, int row) =>
        rows.Length <= row ? $"({rows.Length} rows)" : string.Join(" | ", rows[row]);

    // Sums of doubles are equal within what the order of additions may change.
    private static bool AreEqual(string left, string right)
    {
        if (left == right) return true;
        bool areNumbers = double.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out double a)
            & double.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out double b);
        return areNumbers &&
            (a == b || (double.IsNaN(a) && double.IsNaN(b)) ||
                Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b)));
    }
}
