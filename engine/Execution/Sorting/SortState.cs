using System.Runtime.CompilerServices;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Rows on their way into order, shared by the pipelines of a sort. Chunks of rows get their packed keys; splitters
/// chosen from a sample cut the keys into partitions of about equal size; each partition is gathered from all chunks
/// and sorted on its own, and partitions follow each other in order, so that nothing is merged.
/// </summary>
internal sealed unsafe class SortState : IDisposable
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 1 << 16;

    private readonly IReadOnlyList<SortColumn> _keys;
    private readonly IReadOnlyList<LogicalType> _types;
    private readonly MemoryAccount _account;
    private RowBuffer[] _buffers = [];
    private Chunk[] _chunks = [];
    private ulong[] _splitters = [];
    private NativeBuffer?[] _partitions = [];
    private long[] _partitionCounts = [];
    private SortKeyLayout _layout = null!;

    public SortState(IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types, MemoryAccount account)
    {
        _keys = keys;
        _types = types;
        _account = account;
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<RowBuffer> Buffers => _buffers;

    /// <summary>Runs in files, where memory had no room for all rows: then there are no partitions.</summary>
    public SortedRuns? Runs { get; private set; }

    /// <summary>Number of chunks.</summary>
    public int ChunkCount => _chunks.Length;

    /// <summary>Number of partitions; known once all chunks have keys.</summary>
    public int PartitionCount => _partitions.Length;

    /// <summary>Takes over the rows and decides how keys are packed.</summary>
    public void Begin(IReadOnlyList<RowBuffer> buffers, IReadOnlyList<KeyRange> ranges)
    {
        _buffers = [.. buffers];
        _layout = new SortKeyLayout(_keys, _types, ranges);
        List<Chunk> chunks = [];
        for (int b = 0; b < _buffers.Length; b++)
        {
            for (long first = 0; first < _buffers[b].Count; first += ChunkRows)
            {
                chunks.Add(new Chunk(b, first, (int)Math.Min(ChunkRows, _buffers[b].Count - first)));
            }
        }
        _chunks = [.. chunks];
    }

    /// <summary>All rows are in runs, which whoever reads them merges.</summary>
    public void BeginMerge(SortedRuns runs, IReadOnlyList<KeyRange> ranges)
    {
        runs.Ranges = ranges;
        Runs = runs;
    }

    /// <summary>Packs the keys of a chunk.</summary>
    public void MakeKeys(int index)
    {
        Chunk chunk = _chunks[index];
        chunk.Entries = NativeBuffer.Allocate((long)chunk.Count * sizeof(SortEntry), _account);
        SortEntry* entries = (SortEntry*)chunk.Entries.Pointer;
        _layout.Write(_buffers[chunk.Buffer], chunk.First, chunk.Count, entries);
        for (int i = 0; i < chunk.Count; i++)
        {
            entries[i].Buffer = (uint)chunk.Buffer;
            entries[i].Row = (uint)(chunk.First + i);
        }
    }

    /// <summary>
    /// Chooses the splitters, after all chunks have keys: at least so many partitions where there are rows enough, and
    /// as many as it takes for one and its copy to be sorted within the second-level cache.
    /// </summary>
    public void Split(int partitionsWanted)
    {
        const int SamplesPerChunk = 128, PartitionRows = 1 << 15, MostPartitions = 256;
        if (Runs is not null) return;
        long rows = _chunks.Sum(c => (long)c.Count);
        partitionsWanted = (int)Math.Clamp(rows / PartitionRows, partitionsWanted, MostPartitions);
        int partitions = _chunks.Length <= 1 ? 1 : Math.Max(1, Math.Min(partitionsWanted, _chunks.Length * 2));
        List<ulong> sample = [];
        if (partitions > 1)
        {
            foreach (Chunk chunk in _chunks)
            {
                SortEntry* entries = (SortEntry*)chunk.Entries!.Pointer;
                int step = Math.Max(1, chunk.Count / SamplesPerChunk);
                for (int i = step / 2; i < chunk.Count; i += step) sample.Add(entries[i].Key);
            }
            sample.Sort();
        }
        _splitters = [.. Enumerable.Range(1, partitions - 1)
            .Select(p => sample[(int)((long)p * sample.Count / partitions)]).Distinct()];
        _partitions = new NativeBuffer?[_splitters.Length + 1];
        _partitionCounts = new long[_partitions.Length];
    }

    /// <summary>Orders the entries of a chunk by partition.</summary>
    public void Scatter(int index)
    {
        Chunk chunk = _chunks[index];
        int partitions = _partitions.Length;
        chunk.Ends = new int[partitions];
        SortEntry* entries = (SortEntry*)chunk.Entries!.Pointer;
        if (partitions == 1)
        {
            chunk.Ends[0] = chunk.Count;
            Interlocked.Add(ref _partitionCounts[0], chunk.Count);
            return;
        }
        using NativeLease numbers = new((long)chunk.Count * sizeof(ushort), _account);
        ushort* partitionOf = (ushort*)numbers.Pointer;
        fixed (ulong* splitters = _splitters)
        {
            for (int i = 0; i < chunk.Count; i++)
            {
                int p = PartitionOf(entries[i].Key, splitters, _splitters.Length);
                partitionOf[i] = (ushort)p;
                chunk.Ends[p]++;
            }
        }
        int[] next = new int[partitions];
        int start = 0;
        for (int p = 0; p < partitions; p++)
        {
            Interlocked.Add(ref _partitionCounts[p], chunk.Ends[p]);
            next[p] = start;
            start += chunk.Ends[p];
            chunk.Ends[p] = start;
        }
        NativeBuffer ordered = NativeBuffer.Allocate((long)chunk.Count * sizeof(SortEntry), _account);
        SortEntry* target = (SortEntry*)ordered.Pointer;
        for (int i = 0; i < chunk.Count; i++) target[next[partitionOf[i]]++] = entries[i];
        chunk.Entries.Release();
        chunk.Entries = ordered;
    }

    /// <summary>Gathers a partition from all chunks and sorts it.</summary>
    public void SortPartition(int index)
    {
        long count = _partitionCounts[index];
        NativeBuffer partition = NativeBuffer.Allocate(Math.Max(count, 1) * sizeof(SortEntry), _account);
        _partitions[index] = partition;
        SortEntry* entries = (SortEntry*)partition.Pointer;
        long at = 0;
        foreach (Chunk chunk in _chunks)
        {
            int first = index == 0 ? 0 : chunk.Ends[index - 1];
            int n = chunk.Ends[index] - first;
            SortEntry* source = (SortEntry*)chunk.Entries!.Pointer + first;
            Buffer.MemoryCopy(source, entries + at, (long)n * sizeof(SortEntry), (long)n * sizeof(SortEntry));
            at += n;
        }
        using RowOrder? order = _layout.IsExact ? null : new RowOrder(_keys, _types, _buffers);
        RadixSort.Sort(entries, count, order, _layout.FirstInexact, _account);
    }

    /// <summary>The sorted entries of a partition, and how many there are.</summary>
    public SortEntry* GetPartition(int index, out long count)
    {
        count = _partitionCounts[index];
        return (SortEntry*)_partitions[index]!.Pointer;
    }

    /// <summary>Number of rows in the partitions before one.</summary>
    public long CountBefore(int index)
    {
        long count = 0;
        for (int p = 0; p < index; p++) count += _partitionCounts[p];
        return count;
    }

    /// <summary>Copies the sorted entries of a partition behind those before it, and frees them.</summary>
    public void MoveTo(int index, SortEntry* all)
    {
        long bytes = _partitionCounts[index] * sizeof(SortEntry);
        Buffer.MemoryCopy(_partitions[index]!.Pointer, all + CountBefore(index), bytes, bytes);
        _partitions[index]!.Release();
        _partitions[index] = null;
    }

    /// <summary>
    /// What tells rows apart that differ in the first keys: bits of packed keys, and whether these are enough.
    /// </summary>
    public (ulong Mask, bool IsExact) PrefixOf(int keyCount) => _layout.PrefixOf(keyCount);

    /// <summary>Compares rows by value; for one thread.</summary>
    public RowOrder CreateOrder() => new(_keys, _types, _buffers);

    /// <summary>Frees the entries of chunks, once all partitions are sorted.</summary>
    public void EndChunks()
    {
        foreach (Chunk chunk in _chunks)
        {
            chunk.Entries?.Release();
            chunk.Entries = null;
        }
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        EndChunks();
        for (int p = 0; p < _partitions.Length; p++)
        {
            _partitions[p]?.Release();
            _partitions[p] = null;
        }
        foreach (RowBuffer buffer in _buffers) buffer.Dispose();
    }

    /// <summary>
    /// The first partition whose splitter is above the key; equal keys are never apart. Halves what is left without a
    /// branch, which no processor could foresee.
    /// </summary>
    private static int PartitionOf(ulong key, ulong* splitters, int count)
    {
        int low = 0;
        while (count > 1)
        {
            int half = count >> 1;
            bool isRight = splitters[low + half - 1] <= key;
            low += half & -Unsafe.As<bool, byte>(ref isRight);
            count -= half;
        }
        return count == 1 && splitters[low] <= key ? low + 1 : low;
    }

    private sealed class Chunk(int buffer, long first, int count)
    {
        public int Buffer { get; } = buffer;

        public long First { get; } = first;

        public int Count { get; } = count;

        public NativeBuffer? Entries { get; set; }

        /// <summary>Where each partition ends among the entries.</summary>
        public int[] Ends { get; set; } = [];
    }
}
