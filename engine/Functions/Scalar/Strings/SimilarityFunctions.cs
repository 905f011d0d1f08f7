using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>How alike two texts are: jaccard, jaro_similarity, jaro_winkler_similarity, damerau_levenshtein.</summary>
internal static class SimilarityFunctions
{
    private static readonly FunctionInfo s_jaccard = Info(
        "jaccard", "Share of the characters of both that are in both, as sets.", "jaccard('duck', 'luck')", "0.6");
    private static readonly FunctionInfo s_jaro =
        Info("jaro_similarity", "Jaro's similarity, 0 to 1.", "jaro_similarity('duck', 'duck')", "1");
    private static readonly FunctionInfo s_winkler = Info(
        "jaro_winkler_similarity", "Jaro's similarity with a bonus for a common beginning (Winkler 1990).",
            "jaro_winkler_similarity('duck', 'duck')", "1");

    private static readonly FunctionInfo s_damerau = new("damerau_levenshtein",
        "As levenshtein, with swaps of neighbours as one edit.")
    {
        Category = "Text", Example = "damerau_levenshtein('duckdb', 'udckbd')", Returns = "2",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Of(s_jaccard, Measure.Jaccard), Of(s_jaro, Measure.Jaro), Of(s_winkler, Measure.JaroWinkler),
        FunctionEntries.Bound(
            s_damerau, [LogicalType.Varchar, LogicalType.Varchar],
            t => new RowFunction<DamerauKernel, long>(s_damerau, t, LogicalType.BigInt, default)),
    ];

    private enum Measure : byte
    {
        Jaccard,
        Jaro,
        JaroWinkler,
    }

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
    {
        Category = "Text", Example = example, Returns = returns,
    };

    private static ScalarOverload Of(FunctionInfo info, Measure measure) => FunctionEntries.Bound(
        info, [LogicalType.Varchar, LogicalType.Varchar],
        t => new RowFunction<SimilarityKernel, double>(info, t, LogicalType.Double, new(measure)));

    private static double Jaccard(int[] a, int[] b)
    {
        HashSet<int> left = [.. a];
        HashSet<int> right = [.. b];
        int common = left.Count(right.Contains);
        int all = left.Count + right.Count - common;
        return all == 0 ? 0 : (double)common / all;
    }

    private static double Jaro(int[] a, int[] b)
    {
        if (a.Length == 0 && b.Length == 0) return 1;
        int window = Math.Max((Math.Max(a.Length, b.Length) / 2) - 1, 0);
        bool[] takenA = new bool[a.Length];
        bool[] takenB = new bool[b.Length];
        int matches = 0;
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = Math.Max(0, i - window); j < Math.Min(b.Length, i + window + 1); j++)
            {
                if (takenB[j] || a[i] != b[j]) continue;
                (takenA[i], takenB[j]) = (true, true);
                matches++;
                break;
            }
        }
        if (matches == 0) return 0;
        int swaps = 0;
        int at = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (!takenA[i]) continue;
            while (!takenB[at]) at++;
            if (a[i] != b[at++]) swaps++;
        }
        double m = matches;
        return ((m / a.Length) + (m / b.Length) + ((m - (swaps / 2)) / m)) / 3;
    }

    private static double JaroWinkler(int[] a, int[] b)
    {
        double jaro = Jaro(a, b);
        int prefix = 0;
        while (prefix < 4 && prefix < Math.Min(a.Length, b.Length) && a[prefix] == b[prefix]) prefix++;
        return jaro > 0.7 ? jaro + (prefix * 0.1 * (1 - jaro)) : jaro;
    }

    private readonly struct SimilarityKernel(Measure measure) : IRowKernel<double>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out double result)
        {
            int[] a = Levenshtein.Characters(arguments.Get<ReadOnlySpan<byte>>(0, row));
            int[] b = Levenshtein.Characters(arguments.Get<ReadOnlySpan<byte>>(1, row));
            result = measure switch
            {
                Measure.Jaccard => Jaccard(a, b),
                Measure.Jaro => Jaro(a, b),
                _ => JaroWinkler(a, b),
            };
            return true;
        }
    }

    private readonly struct DamerauKernel : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            result = Suggestion.Distance(
                System.Text.Encoding.UTF8.GetString(arguments.Get<ReadOnlySpan<byte>>(0, row)),
                System.Text.Encoding.UTF8.GetString(arguments.Get<ReadOnlySpan<byte>>(1, row)));
            return true;
        }
    }
}
