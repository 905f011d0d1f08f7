using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Finds a symbol table for texts: starting from nothing, the sample is compressed with the table so far, symbols and
/// pairs of neighbours are counted, and the 255 that save most make the next table (Boncz, Neumann, Leis 2020, section
/// 4).
/// </summary>
internal static unsafe class FsstTrainer
{
    private const int SampleBytes = 16 << 10;
    private const int Rounds = 5;

    // While counting, numbers below 256 are bytes that stand for themselves, from 256 on the table's symbols.
    private const int FirstSymbol = 256, Numbers = 512;

    /// <summary>The table, and the compressed bytes per byte of the sample.</summary>
    public static (FsstTable Table, double Ratio) Train(Utf8View* texts, int count)
    {
        List<Utf8View> sample = TakeSample(texts, count);
        FsstTable table = new([], []);
        int[] counts = new int[Numbers];
        Dictionary<int, int> pairs = [];
        for (int round = 0; round < Rounds; round++)
        {
            Array.Clear(counts);
            pairs.Clear();
            bool isLast = round == Rounds - 1;
            foreach (Utf8View text in sample) Count(table, text, counts, isLast ? null : pairs);
            table = MakeTable(table, counts, pairs);
        }
        return (table, Measure(table, sample));
    }

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

    private static void Count(FsstTable table, Utf8View text, int[] counts, Dictionary<int, int>? pairs)
    {
        byte* at = text.Pointer, end = at + text.Length;
        int previous = -1;
        while (at < end)
        {
            int code = table.FindLongest(at, (int)Math.Min(end - at, 16));
            int number = code >= 0 ? FirstSymbol + code : *at;
            int length = code >= 0 ? table.Lengths[code] : 1;
            counts[number]++;
            // The first byte alone counts too, lest a byte disappear because it always came in company.
            if (length > 1) counts[*at]++;
            if (previous >= 0 && pairs is not null)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    pairs, (previous * Numbers) + number, out _)++;
            }
            previous = number;
            at += length;
        }
    }

    private static FsstTable MakeTable(FsstTable table, int[] counts, Dictionary<int, int> pairs)
    {
        Dictionary<(ulong Symbol, int Length), long> gains = [];
        for (int number = 0; number < Numbers; number++)
        {
            if (counts[number] == 0) continue;
            (ulong symbol, int length) = SymbolOf(table, number);
            // A byte without a symbol costs two bytes: single bytes save more than their length.
            Add(gains, symbol, length, (long)counts[number] * (length == 1 ? 8 : length));
        }
        foreach ((int pair, int occurrences) in pairs)
        {
            (ulong first, int firstLength) = SymbolOf(table, pair / Numbers);
            (ulong second, int secondLength) = SymbolOf(table, pair % Numbers);
            int length = Math.Min(FsstTable.MaxSymbolBytes, firstLength + secondLength);
            if (firstLength == FsstTable.MaxSymbolBytes) continue;
            ulong symbol = first | (second << (8 * firstLength));
            Add(gains, symbol, length, (long)occurrences * length);
        }
        // Ties are broken by the symbol, so that the same texts give the same table.
        (ulong Symbol, int Length)[] best = [.. gains
            .Where(g => g.Value > 8)
            .OrderByDescending(g => g.Value).ThenBy(g => g.Key.Length).ThenBy(g => g.Key.Symbol)
            .Take(FsstTable.MaxSymbols).Select(g => g.Key)];
        return new FsstTable([.. best.Select(s => s.Symbol)], [.. best.Select(s => (byte)s.Length)]);
    }

    private static void Add(Dictionary<(ulong Symbol, int Length), long> gains, ulong symbol, int length, long gain)
    {
        ulong keep = ulong.MaxValue >> (64 - (8 * length));
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            gains, (symbol & keep, length), out _) += gain;
    }

    private static (ulong Symbol, int Length) SymbolOf(FsstTable table, int number) => number < FirstSymbol
        ? ((ulong)number, 1) : (table.Symbols[number - FirstSymbol], table.Lengths[number - FirstSymbol]);

    private static double Measure(FsstTable table, List<Utf8View> sample)
    {
        if (sample.Count == 0) return 1;
        byte[] target = new byte[2048];
        long plain = 0, compressed = 0;
        foreach (Utf8View text in sample)
        {
            plain += text.Length;
            compressed += table.Encode(text.Span, target);
        }
        return (double)compressed / plain;
    }
}
