using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Storage;

namespace ColFrag.Engine.Store.Keys;

/// <summary>Writes the keys of a segment into a <see cref="KeyFile"/>.</summary>
internal static class KeyFileWriter
{
    /// <summary>Numbers that fill less of their range than one in so many get a bloom filter.</summary>
    private const ulong DenseRange = 4;

    /// <summary>Writes the file; it is there whole or not at all.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The file.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="segment">Table, segment and rows.</param>
    /// <param name="columns">Ids of the key's columns.</param>
    /// <param name="cancellationToken">Stops waiting for the disk.</param>
    public static async ValueTask WriteAsync(
        IFileSystem files, string path, KeysInMemory keys, (long Table, long Id, int RowCount) segment,
        ImmutableArray<int> columns, CancellationToken cancellationToken = default)
    {
        using TempFile file = TempFile.Create(files, path);
        using ByteWriter bytes = new(1 << 16);
        bytes.WriteBytes(KeyFile.Magic);
        bytes.WriteUInt16(SegmentFormat.FormatNumber);
        bytes.WriteUInt16(0);
        int pages = (keys.Count + KeyFile.PageKeys - 1) / KeyFile.PageKeys;
        ulong[] firsts = new ulong[pages];
        long[] starts = new long[pages + 1];
        uint[] checksums = new uint[pages];
        starts[0] = KeyFile.HeaderBytes;
        for (int page = 0; page < pages; page++)
        {
            int start = bytes.Length;
            firsts[page] = WritePage(keys.Keys, page * KeyFile.PageKeys, bytes);
            checksums[page] = Checksum.Crc32C(bytes.WrittenSpan[start..]);
            starts[page + 1] = starts[page] + bytes.Length - start;
            if (bytes.Length < 1 << 16) continue;
            await file.File.AppendAsync(bytes.WrittenMemory, cancellationToken);
            bytes.Clear();
        }
        int bloomStart = bytes.Length;
        if (NeedsBloom(keys)) MakeBloom(keys.Keys).Write(bytes);
        int bloomBytes = bytes.Length - bloomStart;
        KeyFile.WriteIndex(bytes, new KeyFileIndex(
            segment.Table, segment.Id, segment.RowCount, keys.IsExact, columns, keys.Count, keys.Last, firsts, starts,
            checksums, bloomBytes, Checksum.Crc32C(bytes.WrittenSpan.Slice(bloomStart, bloomBytes))));
        await file.File.AppendAsync(bytes.WrittenMemory, cancellationToken);
        await file.PublishAsync(cancellationToken);
    }

    private static ulong WritePage(KeyPage keys, int first, ByteWriter target)
    {
        int count = Math.Min(KeyFile.PageKeys, keys.Count - first);
        Span<long> values = stackalloc long[count];
        MemoryMarshal.Cast<ulong, long>(keys.Numbers.Slice(first, count)).CopyTo(values);
        foreach (ref long value in values) value ^= long.MinValue;
        EncodingContext context = new(KeyFile.PageKeys);
        EncodingChooser.WriteIntegers(values, context, target);
        for (int i = 0; i < count; i++) values[i] = keys.Rows[first + i];
        EncodingChooser.WriteIntegers(values, context, target);
        return keys.Numbers[first];
    }

    private static bool NeedsBloom(KeysInMemory keys) =>
        keys.Count > 0 && (keys.Last - keys.FirstOf(0)) / DenseRange > (ulong)keys.Count;

    private static BloomFilter MakeBloom(KeyPage keys)
    {
        BloomFilter bloom = new(keys.Count);
        foreach (ulong number in keys.Numbers) bloom.Add(KeyFile.BloomHash(number));
        return bloom;
    }
}
