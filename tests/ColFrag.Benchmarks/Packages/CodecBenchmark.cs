using System.Globalization;
using ColFrag.Benchmarks.Suites;
using ColFrag.Engine;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Formats.Parquet;

namespace ColFrag.Benchmarks.Packages;

/// <summary>
/// Compression of the pages of lineitem by every implementation that is here, in turn, on one thread: the best of
/// some rounds, in megabytes of pages a second of processor time.
/// </summary>
internal static class CodecBenchmark
{
    /// <summary>Runs all codecs.</summary>
    /// <param name="lineitem">lineitem of TPC-H as a Parquet file.</param>
    /// <param name="rounds">Rounds; the best of each codec counts.</param>
    public static async Task RunAsync(string lineitem, int rounds)
    {
        byte[][] pages = await PagesAsync(lineitem).ConfigureAwait(false);
        long bytes = pages.Sum(p => (long)p.Length);
        Console.WriteLine(MachineLoad.Describe());
        Console.WriteLine($"{pages.Length} pages of {bytes / pages.Length} bytes on average");
        Contender[] contenders = [.. PageCodecs.All.Select(codec => new Contender(codec, pages))];
        for (int round = 0; round < rounds; round++)
        {
            foreach (Contender contender in contenders) contender.Run();
        }
        Console.WriteLine($"{"codec",-12}{"by",-24}{"size",7}{"compress",12}{"decompress",12}  MB/s");
        foreach (Contender contender in contenders)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{contender.Codec.Format,-12}{contender.Codec.Name,-24}" +
                $"{contender.CompressedBytes / (double)bytes,7:P1}" +
                $"{bytes / 1e6 / contender.CompressSeconds,12:F0}{bytes / 1e6 / contender.DecompressSeconds,12:F0}"));
        }
    }

    private static async Task<byte[][]> PagesAsync(string lineitem)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pages-{Environment.ProcessId}.parquet");
        try
        {
            await using (Database database = Database.Open(":memory:"))
            await using (Connection connection = database.Connect())
            {
                await connection.RunAsync(
                    $"COPY (SELECT * FROM '{lineitem}' LIMIT 500000) TO '{path}' (compression uncompressed)")
                    .ConfigureAwait(false);
            }
            byte[] file = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
            using IInputFile input = LocalInputFiles.Instance.Open(path);
            ParquetRowGroup[] groups = ParquetFooter.Read(input).RowGroups;
            return [.. groups.SelectMany(g => g.Columns).SelectMany(c => PagesOf(file, c))];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<byte[]> PagesOf(byte[] file, ParquetColumnChunk chunk)
    {
        List<byte[]> pages = [];
        for (long at = chunk.Start; at < chunk.Start + chunk.CompressedBytes;)
        {
            ParquetPageHeader header = ParquetMetadataReader.ReadPageHeader(
                file.AsSpan((int)at), "lineitem", at, out int length);
            pages.Add(file.AsSpan((int)at + length, header.CompressedBytes).ToArray());
            at += length + header.CompressedBytes;
        }
        return pages;
    }

    private sealed class Contender
    {
        private readonly byte[][] _pages;
        private readonly byte[][] _compressed;
        private readonly byte[] _plain;

        public Contender(PageCodec codec, byte[][] pages)
        {
            Codec = codec;
            _pages = pages;
            _compressed = [.. pages.Select(p => new byte[(p.Length * 2) + 1_024])];
            _plain = new byte[pages.Max(p => p.Length)];
        }

        public PageCodec Codec { get; }

        public long CompressedBytes { get; private set; }

        public double CompressSeconds { get; private set; } = double.MaxValue;

        public double DecompressSeconds { get; private set; } = double.MaxValue;

        public void Run()
        {
            int[] lengths = new int[_pages.Length];
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < _pages.Length; i++) lengths[i] = Codec.Compress(_pages[i], _compressed[i]);
            CompressSeconds = Math.Min(CompressSeconds, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            CompressedBytes = lengths.Sum(l => (long)l);
            start = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < _pages.Length; i++)
                Codec.Decompress(_compressed[i].AsSpan(0, lengths[i]), _plain.AsSpan(0, _pages[i].Length));
            DecompressSeconds = Math.Min(DecompressSeconds, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            if (!_plain.AsSpan(0, _pages[^1].Length).SequenceEqual(_pages[^1]))
                throw new InvalidOperationException($"{Codec.Name} gave other bytes");
        }
    }
}
