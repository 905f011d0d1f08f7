using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// The keys of a segment in a file beside it, so that nothing is built at a start: only the index stays in memory, and
/// pages are read through the block cache. It can always be made again from the key columns, so no version names it,
/// and a missing or damaged one costs nothing but that.
/// <code>
///   bytes    field
///   4        "CFK1"
///   2        format number
///   2        0
///   P x      page: 2,048 keys, the last one what is left
///     node     numbers of the keys, integers that do not descend, each with its top bit turned
///     node     their rows, integers
///   ...      bloom filter over the numbers (see BloomFilter); if flag 2
///   8        table                                          here the index begins
///   8        segment
///   4        rows of the segment
///   1        flags: 1 = a number is the key itself, 2 = has a bloom filter
///   varint   columns, C; then C x varint: their ids
///   4        keys: rows without a NULL in the key
///   8        largest number; 0 without keys
///   P x      8 smallest number of the page; 4 its bytes; 4 their CRC32C
///   4        bytes of the bloom filter, and 4 their CRC32C; if flag 2
///   4        bytes of the index
///   4        CRC32C of the index
/// </code>
/// A number is the key, sign-extended to 64 bits, where that is one column of at most 64 bits, else XXH64 (seed 0) of
/// the key's canonical bytes (see KeyPosition). The filter hashes numbers like integers of a sketch; there is one
/// unless the numbers are dense, where nearly every page that is asked has the key.
/// </summary>
internal sealed unsafe class KeyFile : SegmentKeys
{
    /// <summary>Keys of a page.</summary>
    public const int PageKeys = Batch.MaxRows;

    /// <summary>Bytes before the first page.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Bytes behind the index.</summary>
    public const int TrailerBytes = 8;

    private const byte ExactFlag = 1, BloomFlag = 2;
    private const int MaxColumns = 1 << 16;

    private readonly IFileSystem _files;
    private readonly BlockCache _cache;
    private readonly long _number = CacheKey.NextOwner();
    private readonly KeyFileIndex _index;

    private KeyFile(IFileSystem files, BlockCache cache, string path, KeyFileIndex index)
    {
        _files = files;
        _cache = cache;
        Path = path;
        _index = index;
    }

    /// <summary>The first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CFK1"u8;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the file says of itself.</summary>
    public KeyFileIndex Index => _index;

    public override bool IsExact => _index.IsExact;

    public override int Count => _index.Count;

    public override int PageCount => _index.Firsts.Length;

    public override ulong Last => _index.Last;

    public override long SizeBytes => 256 + (PageCount * 24L);

    /// <summary>Opens a file.</summary>
    /// <exception cref="CorruptDataException">Its index is damaged.</exception>
    /// <exception cref="StorageException">There is none, or it is of another format.</exception>
    public static KeyFile Open(IFileSystem files, BlockCache cache, string path)
    {
        using IFile file = files.OpenRead(path);
        long length = file.Length;
        CorruptDataException.ThrowUnless(length >= HeaderBytes + TrailerBytes, "length of a key file", path, 0);
        byte[] start = new byte[HeaderBytes], end = new byte[TrailerBytes];
        file.ReadExactly(0, start);
        file.ReadExactly(length - TrailerBytes, end);
        ByteReader header = new(start, path);
        header.ThrowUnless(header.ReadBytes(4).SequenceEqual(Magic), "first bytes of a key file");
        SegmentFormat.Format.Check(header.ReadUInt16(), path);
        header.ThrowUnless(header.ReadUInt16() == 0, "reserved bytes");
        int indexBytes = BitConverter.ToInt32(end);
        long indexStart = length - TrailerBytes - indexBytes;
        CorruptDataException.ThrowUnless(
            indexBytes > 0 && indexStart >= HeaderBytes, "bytes of an index", path, length - TrailerBytes);
        byte[] index = new byte[indexBytes];
        file.ReadExactly(indexStart, index);
        CorruptDataException.ThrowUnless(
            Checksum.Crc32C(index) == BitConverter.ToUInt32(end, sizeof(int)), "checksum of an index", path,
            indexStart);
        return new KeyFile(files, cache, path, ReadIndex(new ByteReader(index, path, indexStart), indexStart));
    }

    /// <summary>Writes the index and what is behind it.</summary>
    public static void WriteIndex(ByteWriter target, KeyFileIndex index)
    {
        int start = target.Length;
        target.WriteInt64(index.TableId);
        target.WriteInt64(index.SegmentId);
        target.WriteInt32(index.RowCount);
        target.WriteByte((byte)((index.IsExact ? ExactFlag : 0) | (index.BloomBytes > 0 ? BloomFlag : 0)));
        target.WriteVarUInt64((ulong)index.Columns.Length);
        foreach (int column in index.Columns) target.WriteVarUInt64((ulong)column);
        target.WriteInt32(index.Count);
        target.WriteUInt64(index.Last);
        for (int page = 0; page < index.Firsts.Length; page++)
        {
            target.WriteUInt64(index.Firsts[page]);
            target.WriteInt32((int)(index.Starts[page + 1] - index.Starts[page]));
            target.WriteUInt32(index.Checksums[page]);
        }
        if (index.BloomBytes > 0)
        {
            target.WriteInt32(index.BloomBytes);
            target.WriteUInt32(index.BloomChecksum);
        }
        int length = target.Length - start;
        uint checksum = Checksum.Crc32C(target.WrittenSpan[start..]);
        target.WriteInt32(length);
        target.WriteUInt32(checksum);
    }

    public override ulong FirstOf(int page) => _index.Firsts[page];

    public override KeyPage OpenPage(int page)
    {
        CacheKey key = new(_number, 0, page);
        return _cache.TryGet<KeyPage>(key) ?? _cache.Add(key, ReadPage(page));
    }

    public override bool MayContain(ulong number) =>
        base.MayContain(number) && (_index.BloomBytes == 0 || BloomContains(number));

    /// <summary>The index is immutable, and pages belong to the cache.</summary>
    public override SegmentKeys Share() => this;

    public override void Dispose()
    {
    }

    /// <summary>The hash of a number in the bloom filter.</summary>
    public static ulong BloomHash(ulong number) => SketchHash.OfInteger((long)number);

    private bool BloomContains(ulong number)
    {
        CacheKey key = new(_number, 0, CacheKey.Bloom);
        LoadedBloom item = _cache.TryGet<LoadedBloom>(key) ?? _cache.AddWherePossible(key, ReadBloom());
        bool mayContain = item.Bloom.MayContain(BloomHash(number));
        item.Release();
        return mayContain;
    }

    private LoadedBloom ReadBloom()
    {
        NativeBuffer bytes = Read(_index.Starts[^1], _index.BloomBytes, _index.BloomChecksum);
        try
        {
            ByteReader source = new(bytes.Span[.._index.BloomBytes], Path, _index.Starts[^1]);
            BloomFilter bloom = BloomFilter.Read(ref source);
            source.ExpectEnd();
            return new LoadedBloom(bloom);
        }
        finally
        {
            bytes.Release();
        }
    }

    private KeyPage ReadPage(int page)
    {
        long start = _index.Starts[page];
        int length = (int)(_index.Starts[page + 1] - start);
        int count = Math.Min(PageKeys, Count - (page * PageKeys));
        NativeBuffer bytes = Read(start, length, _index.Checksums[page]);
        try
        {
            NativeBuffer keys = _cache.Allocate(KeyPage.SizeOf(count));
            try
            {
                KeyPage result = new(keys, count, count);
                NodeReader source = new(bytes, length, PageKeys, Path, start, _cache.Account);
                fixed (ulong* target = result.Numbers) Decode(ref source, count, (byte*)target, sizeof(ulong));
                foreach (ref ulong number in result.Numbers) number ^= 1UL << 63;
                fixed (int* target = result.Rows) Decode(ref source, count, (byte*)target, sizeof(int));
                source.Bytes.ExpectEnd();
                Check(result, page, start);
                return result;
            }
            catch
            {
                keys.Release();
                throw;
            }
        }
        finally
        {
            bytes.Release();
        }
    }

    private static void Decode(ref NodeReader source, int count, byte* target, int laneBytes)
    {
        IntegerDecoder decoder = EncodingRegistry.OpenIntegers(ref source, count);
        decoder.Decode(0, count, (ulong)decoder.Base, target, laneBytes);
    }

    private void Check(KeyPage keys, int page, long start)
    {
        ulong last = page + 1 < PageCount ? _index.Firsts[page + 1] : Last;
        bool isGood = keys.Numbers[0] == _index.Firsts[page] && keys.Numbers[^1] <= last;
        for (int i = 1; i < keys.Count; i++) isGood &= keys.Numbers[i] >= keys.Numbers[i - 1];
        foreach (int row in keys.Rows) isGood &= (uint)row < (uint)_index.RowCount;
        CorruptDataException.ThrowUnless(isGood, "keys of a page", Path, start);
    }

    private NativeBuffer Read(long start, int length, uint checksum)
    {
        NativeBuffer bytes = _cache.Allocate(length);
        try
        {
            using IFile file = _files.OpenRead(Path);
            file.ReadExactly(start, bytes.Span[..length]);
            CorruptDataException.ThrowUnless(
                Checksum.Crc32C(bytes.Span[..length]) == checksum, "checksum", Path, start);
            return bytes;
        }
        catch
        {
            bytes.Release();
            throw;
        }
    }

    private static KeyFileIndex ReadIndex(ByteReader source, long pagesEnd)
    {
        long table = source.ReadInt64(), segment = source.ReadInt64();
        int rows = source.ReadCount(SegmentOptions.MaxRows);
        byte flags = source.ReadByte();
        source.ThrowUnless(flags <= (ExactFlag | BloomFlag), "flags of a key file");
        ImmutableArray<int>.Builder columns = ImmutableArray.CreateBuilder<int>();
        for (int left = source.ReadVarCount(MaxColumns); left > 0; left--)
        {
            columns.Add(source.ReadVarCount(int.MaxValue));
        }
        int count = source.ReadCount(rows);
        ulong last = source.ReadUInt64();
        int pages = (count + PageKeys - 1) / PageKeys;
        ulong[] firsts = new ulong[pages];
        long[] starts = new long[pages + 1];
        uint[] checksums = new uint[pages];
        starts[0] = HeaderBytes;
        for (int page = 0; page < pages; page++)
        {
            firsts[page] = source.ReadUInt64();
            source.ThrowUnless(firsts[page] >= (page > 0 ? firsts[page - 1] : 0), "order of pages");
            starts[page + 1] = starts[page] + source.ReadCount(int.MaxValue);
            source.ThrowUnless(starts[page + 1] <= pagesEnd, "bytes of a page");
            checksums[page] = source.ReadUInt32();
        }
        bool hasBloom = (flags & BloomFlag) != 0;
        int bloomBytes = hasBloom ? source.ReadCount(int.MaxValue) : 0;
        uint bloomChecksum = hasBloom ? source.ReadUInt32() : 0;
        source.ThrowUnless(starts[^1] + bloomBytes == pagesEnd, "bytes of pages and bloom filter");
        source.ExpectEnd();
        return new KeyFileIndex(
            table, segment, rows, (flags & ExactFlag) != 0, columns.ToImmutable(), count, last, firsts, starts,
            checksums, bloomBytes, bloomChecksum);
    }
}

/// <summary>What a key file says of itself, and where its pages are.</summary>
/// <param name="TableId">The table.</param>
/// <param name="SegmentId">The segment.</param>
/// <param name="RowCount">Rows of the segment.</param>
/// <param name="IsExact">True when a number is the key itself.</param>
/// <param name="Columns">Ids of the key's columns.</param>
/// <param name="Count">Keys.</param>
/// <param name="Last">The largest number.</param>
/// <param name="Firsts">The smallest number of each page.</param>
/// <param name="Starts">Where each page begins, and where the last one ends.</param>
/// <param name="Checksums">CRC32C of each page.</param>
/// <param name="BloomBytes">Bytes of the bloom filter; 0 for none.</param>
/// <param name="BloomChecksum">Their CRC32C.</param>
internal sealed record KeyFileIndex(
    long TableId, long SegmentId, int RowCount, bool IsExact, ImmutableArray<int> Columns, int Count, ulong Last,
    ulong[] Firsts, long[] Starts, uint[] Checksums, int BloomBytes, uint BloomChecksum);
