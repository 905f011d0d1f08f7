using System.Diagnostics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Benchmarks.Storage;

/// <summary>
/// Decoding speed of each encoding beside memcpy of the same output in the same run: blocks of 64 Ki values that come
/// from memory, one after the other out of 64 MiB, into vectors that stay in the cache.
/// </summary>
/// <param name="only">What the names of streams begin with; every stream where nothing is given.</param>
internal sealed unsafe class DecodeBenchmark(string[] only)
{
    private const int Rows = 65_536, VectorRows = 2048, SourceBytes = 64 << 20;

    public void Run()
    {
        Console.WriteLine($"{"stream",-28}{"encoding",-34}{"bytes",10}{"GB/s",8}{"ns/value",10}{"of memcpy",11}");
        Random random = new(1);
        foreach (int bits in (int[])[1, 4, 7, 8, 9, 12, 17, 24, 28, 32])
        {
            Integers($"{bits} bits", _ => random.NextInt64(1L << bits), bits <= 8 ? 1 : bits <= 16 ? 2 : 4);
        }
        Integers("24 bits to 64", _ => random.NextInt64(1L << 24), 8);
        Integers("40 bits", _ => random.NextInt64(1L << 40), 8);
        Integers("ascending, small steps", new Steps(random).Next, 4);
        Integers("drifting frames", i => (i / 2048 * 1_000_000L) + random.Next(4000), 4);
        Integers("runs of 16", i => i / 16 * 7 % 1000, 4);
        Integers("few far apart", _ => random.Next(200) * 1_000_000_007L, 8);
        long[] some = [.. Enumerable.Range(0, 200).Select(_ => random.NextInt64())];
        Integers("200 values", _ => some[random.Next(some.Length)], 8);
        int[] few = [.. Enumerable.Range(0, 60).Select(_ => random.Next())];
        Integers("60 values", _ => few[random.Next(few.Length)], 4);
        Integers("whole hours", _ => random.Next(5000) * 3_600_000_000L, 8);
        Integers("mostly zero", i => i % 50 == 0 ? random.Next(1_000_000) : 0, 4);
        Doubles("prices", () => random.Next(1_000_000) / 100.0);
        Doubles("random", random.NextDouble);
        Texts("comments", random);
    }

    private void Integers(string name, Func<int, long> value, int laneBytes)
    {
        if (!IsWanted(name)) return;
        long[] values = new long[Rows];
        for (int i = 0; i < Rows; i++) values[i] = value(i);
        List<byte> trace = [];
        using ByteWriter bytes = new();
        EncodingChooser.WriteIntegers(values, new EncodingContext(VectorRows, 0, trace), bytes);
        IntegerDecoder[] decoders = Open(bytes, name, out NativeBuffer[] blocks, (ref NodeReader source) =>
            EncodingRegistry.OpenIntegers(ref source, Rows));
        int next = 0;
        NativeBuffer target = NativeBuffer.Allocate(Rows * 8L, MemoryAccount.Untracked);
        double seconds = Measure(() =>
        {
            IntegerDecoder decoder = decoders[next++ % decoders.Length];
            for (int first = 0; first < Rows; first += VectorRows)
            {
                decoder.Decode(first, VectorRows, 0, target.Pointer + (first * laneBytes), laneBytes);
            }
        });
        Report(name, trace, bytes.Length, (long)Rows * laneBytes, seconds);
        foreach (NativeBuffer block in blocks) block.Release();
        target.Release();
    }

    private void Doubles(string name, Func<double> value)
    {
        if (!IsWanted(name)) return;
        double[] values = new double[Rows];
        for (int i = 0; i < Rows; i++) values[i] = value();
        List<byte> trace = [];
        using ByteWriter bytes = new();
        fixed (double* start = values)
        {
            FloatStatistics statistics = new((byte*)start, PhysicalType.Float64, Rows, VectorRows);
            EncodingChooser.WriteFloats(statistics, new EncodingContext(VectorRows, 0, trace), bytes);
        }
        FloatDecoder[] decoders = Open(bytes, name, out NativeBuffer[] blocks, (ref NodeReader source) =>
            EncodingRegistry.OpenFloats(ref source, Rows));
        int next = 0;
        NativeBuffer target = NativeBuffer.Allocate(Rows * 8L, MemoryAccount.Untracked);
        double seconds = Measure(() =>
        {
            FloatDecoder decoder = decoders[next++ % decoders.Length];
            for (int first = 0; first < Rows; first += VectorRows)
            {
                decoder.Decode(first, VectorRows, (double*)target.Pointer + first);
            }
        });
        Report(name, trace, bytes.Length, Rows * 8L, seconds);
        foreach (NativeBuffer block in blocks) block.Release();
        target.Release();
    }

    private void Texts(string name, Random random)
    {
        if (!IsWanted(name)) return;
        string[] words =
            ["carefully", "final", "deposits", "sleep", "furiously", "ironic", "requests", "above", "the", "blithely"];
        using Arena arena = new(MemoryAccount.Untracked);
        Utf8View[] views = new Utf8View[Rows];
        long textBytes = 0;
        for (int i = 0; i < Rows; i++)
        {
            string text =
                string.Join(' ', Enumerable.Range(0, 3 + random.Next(4)).Select(_ => words[random.Next(words.Length)]));
            byte[] utf8 = System.Text.Encoding.UTF8.GetBytes($"{text} {random.Next()}");
            views[i] = new Utf8View(arena.Copy(utf8), utf8.Length);
            textBytes += utf8.Length;
        }
        List<byte> trace = [];
        using ByteWriter bytes = new();
        fixed (Utf8View* start = views)
        {
            EncodingChooser.WriteTexts(
                new TextStatistics(start, Rows, VectorRows), new EncodingContext(VectorRows, 0, trace), bytes);
        }
        TextDecoder[] decoders = Open(bytes, name, out NativeBuffer[] blocks, (ref NodeReader source) =>
            EncodingRegistry.OpenTexts(ref source, Rows));
        int next = 0;
        using ColumnVector vector = new(LogicalType.Varchar);
        using TextHeap heap = new(MemoryAccount.Untracked);
        double seconds = Measure(() =>
        {
            TextDecoder decoder = decoders[next++ % decoders.Length];
            for (int first = 0; first < Rows; first += VectorRows)
            {
                vector.ResetFlat();
                heap.Begin(vector);
                decoder.Decode(first, VectorRows, null, (Utf8View*)vector.Data, heap);
            }
        });
        Report(name, trace, bytes.Length, textBytes, seconds);
        foreach (NativeBuffer block in blocks) block.Release();
    }

    private bool IsWanted(string name) =>
        only.Length == 0 || only.Any(o => name.StartsWith(o, StringComparison.Ordinal));

    private delegate T Opener<T>(ref NodeReader source);

    /// <summary>As many copies of the block as make up the source, each with its decoder.</summary>
    private static T[] Open<T>(ByteWriter bytes, string name, out NativeBuffer[] blocks, Opener<T> open)
    {
        blocks = new NativeBuffer[Math.Max(1, SourceBytes / bytes.Length)];
        T[] decoders = new T[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = NativeBuffer.Allocate(bytes.Length, MemoryAccount.Untracked);
            bytes.WrittenSpan.CopyTo(blocks[i].Span);
            NodeReader source = new(blocks[i], bytes.Length, VectorRows, name, 0);
            decoders[i] = open(ref source);
        }
        return decoders;
    }

    /// <summary>The best of many short runs, since others use the machine too.</summary>
    private static double Measure(Action action)
    {
        // Long enough for the compiler's second look.
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMilliseconds < 150;) action();
        double best = double.PositiveInfinity;
        for (int round = 0; round < 60; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 5; i++) action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / 5);
        }
        return best;
    }

    private static void Report(string name, List<byte> trace, int encoded, long output, double seconds)
    {
        NativeBuffer[] from = new NativeBuffer[SourceBytes / output];
        for (int i = 0; i < from.Length; i++) from[i] = NativeBuffer.AllocateZeroed(output, MemoryAccount.Untracked);
        NativeBuffer to = NativeBuffer.Allocate(output, MemoryAccount.Untracked);
        int next = 0;
        double copy = Measure(() => Buffer.MemoryCopy(from[next++ % from.Length].Pointer, to.Pointer, output, output));
        foreach (NativeBuffer buffer in from) buffer.Release();
        to.Release();
        string path = string.Join(" > ", trace.Select(EncodingRegistry.NameOf));
        Console.WriteLine(
            $"{name,-28}{path,-34}{encoded,10}{output / seconds / 1e9,8:F1}{seconds * 1e9 / Rows,10:F3}{copy / seconds,11:F2}");
    }

    private sealed class Steps(Random random)
    {
        private long _value;

        public long Next(int index) => _value += random.Next(8);
    }
}
