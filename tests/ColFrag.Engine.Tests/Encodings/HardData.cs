using System.Text;

namespace ColFrag.Engine.Tests.Encodings;

/// <summary>Streams that encodings get wrong: every length around a vector, and values at all edges.</summary>
internal static class HardData
{
    /// <summary>Rows of a vector in these tests.</summary>
    public const int VectorRows = 64;

    public static int[] Lengths => [1, 2, 63, 64, 65, 128, 129, 1000];

    public static IEnumerable<(string Name, long[] Values)> Integers(int count)
    {
        Random random = new(count);
        yield return ("zeros", new long[count]);
        yield return ("one constant", Make(count, _ => -77));
        yield return ("ascending", Make(count, i => i));
        yield return ("descending by 3", Make(count, i => 1000 - (3L * i)));
        yield return ("far from zero", Make(count, i => 9_000_000_000_000_000_000 + (i % 5)));
        yield return ("edges", Make(count, i => i % 2 == 0 ? long.MinValue : long.MaxValue));
        yield return ("near the edges",
            Make(count, i => (i % 3) switch { 0 => long.MinValue + 1, 1 => long.MaxValue - 1, _ => 0 }));
        yield return ("random bits", Make(count, _ => random.NextInt64(long.MinValue, long.MaxValue)));
        yield return ("random bytes", Make(count, _ => random.Next(256) - 128));
        yield return ("runs", Make(count, i => i / 37 % 3));
        yield return ("long runs", Make(count, i => i / 300));
        yield return ("mostly zero", Make(count, i => i % 41 == 7 ? random.Next(1_000_000) : 0));
        yield return ("few far apart", Make(count, i => (i * 7919 % 5) * 1_000_000_007L));
        yield return ("multiples of an hour", Make(count, _ => random.Next(10_000) * 3_600_000_000L));
        yield return ("a clock", Make(count, i => 1_700_000_000_000_000 + (i * 1_000_000L) + random.Next(3)));
        yield return ("an exact clock", Make(count, i => 1_700_000_000_000_000 + (i * 250_000L)));
        yield return ("drifting", Make(count, i => (i / 64 * 100_000L) + random.Next(50)));
        yield return ("one outlier", Make(count, i => i == count / 2 ? 1L << 40 : i % 7));
        for (int bits = 1; bits < 64; bits += 6)
        {
            long keep = (1L << bits) - 1;
            yield return ($"{bits} bits", Make(count, i => i == 0 ? keep : random.NextInt64() & keep));
        }
    }

    public static IEnumerable<(string Name, Int128[] Values)> Wides(int count)
    {
        Random random = new(count);
        yield return ("zeros", new Int128[count]);
        yield return ("small", Make128(count, i => i % 100));
        yield return ("far but close", Make128(count, i => Int128.MinValue + (i * 1000)));
        yield return ("edges", Make128(count, i => i % 2 == 0 ? Int128.MinValue : Int128.MaxValue));
        yield return (
            "random", Make128(count, _ => new Int128((ulong)random.NextInt64(), (ulong)random.NextInt64() << 1)));
        yield return ("63 bits apart", Make128(count, i => i % 2 == 0 ? 0 : long.MaxValue));
        yield return ("64 bits apart", Make128(count, i => i % 2 == 0 ? 0 : (Int128)long.MaxValue + 1));
    }

    public static IEnumerable<(string Name, double[] Values)> Doubles(int count)
    {
        Random random = new(count);
        yield return ("zeros", new double[count]);
        yield return ("prices", MakeDouble(count, _ => random.Next(100_000) / 100.0));
        yield return ("percent", MakeDouble(count, i => i % 11 / 100.0));
        yield return ("whole", MakeDouble(count, i => i * 1000.0));
        yield return ("many digits", MakeDouble(count, _ => random.NextDouble()));
        yield return ("wide", MakeDouble(count, _ => Math.Exp((random.NextDouble() * 1400) - 700)));
        yield return ("special", MakeDouble(count, i => (i % 8) switch
        {
            0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, 3 => -0.0,
            4 => double.Epsilon, 5 => double.MaxValue, 6 => BitConverter.Int64BitsToDouble(0x7FF0000000000001), _ =>
                0.1,
        }));
        yield return ("prices with gaps", MakeDouble(count, i => i % 13 == 3 ? double.NaN : i / 4.0));
        yield return ("exceptions first", MakeDouble(count, i => i < 3 ? Math.PI * i : i / 100.0));
        yield return ("runs", MakeDouble(count, i => i / 50 * 0.3));
    }

    public static IEnumerable<(string Name, byte[][] Values)> Texts(int count)
    {
        Random random = new(count);
        string[] words =
            ["carefully", "final", "deposits", "sleep", "furiously", "ironic", "requests", "the", "über", "€"];
        yield return ("empty", MakeText(count, _ => ""));
        yield return ("constant", MakeText(count, _ => "the same"));
        yield return ("words", MakeText(count, _ => words[random.Next(words.Length)]));
        yield return ("comments", MakeText(count, _ =>
            string.Join(' ', Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)]))));
        yield return (
            "paths in order", MakeText(count, i => $"/srv/project/source/module{i / 20:D5}/file{i:D6}.cs"));
        yield return ("unique", MakeText(count, i => $"Customer#{i * 7919 % 1_000_003:D9}"));
        yield return ("one long", MakeText(count, i => i == count / 2 ? new string('x', 20_000) : "y"));
        yield return ("random bytes", [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            return bytes;
        })]);
        yield return (
            "all escapes", [.. Enumerable.Range(0, count).Select(i => Enumerable.Repeat((byte)255, i % 9).ToArray())]);
        yield return ("zero bytes", [.. Enumerable.Range(0, count).Select(i => new byte[i % 5])]);
    }

    private static long[] Make(int count, Func<int, long> value) => [.. Enumerable.Range(0, count).Select(value)];

    private static Int128[] Make128(int count, Func<int, Int128> value) =>
        [.. Enumerable.Range(0, count).Select(value)];

    private static double[] MakeDouble(int count, Func<int, double> value) =>
        [.. Enumerable.Range(0, count).Select(value)];

    private static byte[][] MakeText(int count, Func<int, string> value) =>
        [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(value(i)))];
}
