using System.Runtime.CompilerServices;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Finds a symbol table for texts: starting from nothing, the sample is compressed with the table so far, symbols and
/// pairs of neighbours are counted, and the 255 that save most make the next table (Boncz, Neumann, Leis 2020, section
/// 4).
/// </summary>
internal sealed unsafe class FsstTrainer
{
    private const int SampleBytes = 16 << 10;
    private const int Rounds = 5;

    // While counting, numbers below 256 are bytes that stand for themselves, from 256 on the table's symbols.
    private const int FirstSymbol = 256, Numbers = 512;

    [ThreadStatic]
    private static FsstTrainer? t_trainer;

    private readonly int[] _counts = new int[Numbers];
    private readonly int[] _pairs = new int[Numbers * Numbers];
    private readonly List<int> _seenPairs = [];
    private readonly List<Candidate> _candidates = [];

    private FsstTrainer()
    {
    }

    /// <summary>The table, and the compressed bytes per byte of the sample.</summary>
    public static (FsstTable Table, double Ratio) Train(Utf8View* texts, int count)
    {
        FsstTrainer trainer = t_trainer ??= new FsstTrainer();
        List<Utf8View> sample = TakeSample(texts, count);
        FsstTable table = new([], []);
        for (int round = 0; round < Rounds; round++)
        {
            // The first rounds only find what is frequent; a part of the sample shows that.
            int step = Math.Max(1, Rounds - 1 - round);
            bool isLast = round == Rounds - 1;
            Array.Clear(trainer._counts);
            foreach (int pair in trainer._seenPairs) trainer._pairs[pair] = 0;
            trainer._seenPairs.Clear();
            for (int i = 0; i < sample.Count; i += step) trainer.Count(table.Index, table, sample[i], !isLast);
            table = trainer.MakeTable(table);
        }
        return (table, Measure(table, sample));
    }

    /// <summary>Compressed bytes per byte of a sample of texts, with a given table.</summary>
    public static double Measure(FsstTable table, Utf8View* texts, int count) =>
        Measure(table, TakeSample(texts, count));

    /// <summary>Texts from all parts, of together about as many bytes as the sample takes.</summary>
    private static List<Utf8View> TakeSample(Utf8View* texts, int count)
    {
        long total = 0;
        for (int i = 0; i < count; i++) total += texts[i].Length;
        List<Utf8View> sample = [];
        if (total == 0) return sample;
        // Every n-th text; long ones are cut.
        double step = Math.Max(1, (double)total / SampleBytes);
        long bytes = 0;
        for (double at = 0; at < count && bytes < SampleBytes * 2; at += step)
        {
            Utf8View text = texts[(int)at];
            int length = Math.Min(text.Length, 1024);
            if (length == 0) continue;
            sample.Add(new Utf8View(text.Pointer, length));
            bytes += length;
        }
        return sample;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(FsstIndex index, FsstTable table, Utf8View text, bool countsPairs)
    {
        byte* at = text.Pointer, end = at + text.Length;
        int previous = -1;
        while (at < end)
        {
            int code = index.FindLongest(at, end - at);
            int number = code >= 0 ? FirstSymbol + code : *at;
            int length = code >= 0 ? table.Lengths[code] : 1;
            _counts[number]++;
            // The first byte alone counts too, lest a byte disappear because it always came in company.
            if (length > 1) _counts[*at]++;
            if (previous >= 0 && countsPairs)
            {
                int pair = (previous * Numbers) + number;
                if (_pairs[pair]++ == 0) _seenPairs.Add(pair);
            }
            previous = number;
            at += length;
        }
    }

    private FsstTable MakeTable(FsstTable table)
    {
        _candidates.Clear();
        for (int number = 0; number < Numbers; number++)
        {
            if (_counts[number] == 0) continue;
            (ulong symbol, int length) = SymbolOf(table, number);
            // A byte without a symbol costs two bytes: single bytes save more than their length.
            _candidates.Add(new Candidate(symbol, length, (long)_counts[number] * (length == 1 ? 8 : length)));
        }
        foreach (int pair in _seenPairs)
        {
            (ulong first, int firstLength) = SymbolOf(table, pair / Numbers);
            (ulong second, int secondLength) = SymbolOf(table, pair % Numbers);
            if (firstLength == FsstTable.MaxSymbolBytes || _pairs[pair] < 2) continue;
            int length = Math.Min(FsstTable.MaxSymbolBytes, firstLength + secondLength);
            ulong symbol = (first | (second << (8 * firstLength))) & (ulong.MaxValue >> (64 - (8 * length)));
            _candidates.Add(new Candidate(symbol, length, (long)_pairs[pair] * length));
        }
        MergeEqual();
        // Ties are broken by the symbol, so that the same texts give the same table.
        _candidates.Sort(static (x, y) => x.Gain != y.Gain ? y.Gain.CompareTo(x.Gain)
            : x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.Symbol.CompareTo(y.Symbol));
        int kept = Math.Min(FsstTable.MaxSymbols, _candidates.Count);
        Span<ulong> symbols = stackalloc ulong[kept];
        Span<byte> lengths = stackalloc byte[kept];
        for (int i = 0; i < kept; i++) (symbols[i], lengths[i]) = (_candidates[i].Symbol, (byte)_candidates[i].Length);
        return new FsstTable(symbols, lengths);
    }

    /// <summary>
    /// The same symbol arises from several pairs: their gains add up. Drops what gains next to nothing.
    /// </summary>
    private void MergeEqual()
    {
        _candidates.Sort(static (x, y) =>
            x.Symbol != y.Symbol ? x.Symbol.CompareTo(y.Symbol) : x.Length.CompareTo(y.Length));
        int kept = 0;
        for (int i = 0, next; i < _candidates.Count; i = next)
        {
            Candidate sum = _candidates[i];
            for (next = i + 1; next < _candidates.Count && _candidates[next].IsSame(sum); next++)
            {
                sum = sum with { Gain = sum.Gain + _candidates[next].Gain };
            }
            if (sum.Gain > 8) _candidates[kept++] = sum;
        }
        _candidates.RemoveRange(kept, _candidates.Count - kept);
    }

    private static (ulong Symbol, int Length) SymbolOf(FsstTable table, int number) => number < FirstSymbol
        ? ((ulong)number, 1) : (table.Symbols[number - FirstSymbol], table.Lengths[number - FirstSymbol]);

    private static double Measure(FsstTable table, List<Utf8View> sample)
    {
        if (sample.Count == 0) return 1;
        byte* target = stackalloc byte[2048];
        long plain = 0, compressed = 0;
        foreach (Utf8View text in sample)
        {
            plain += text.Length;
            compressed += table.Index.Encode(text.Pointer, text.Length, target);
        }
        return (double)compressed / plain;
    }

    private readonly record struct Candidate(ulong Symbol, int Length, long Gain)
    {
        public bool IsSame(in Candidate other) => Symbol == other.Symbol && Length == other.Length;
    }
}
