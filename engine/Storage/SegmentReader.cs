using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// An open segment: the manifests of the column groups that lie here, in one folder or in several. Shared by all
/// threads; footers and blocks are read on demand through the cache, and further groups opened when they are wanted.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    /// <summary>
    /// Footers of manifests up to this size stay in memory as bytes while there is room; others are read when they are
    /// asked for.
    /// </summary>
    private const int KeepBytes = 64 << 10;

    private readonly IFileSystem _files;
    private readonly StorageCaches _caches;
    private readonly long _number = CacheKey.NextOwner();
    private readonly Lock _lock = new();

    // Replaced as a whole when a group is added, so that readers need no lock.
    private volatile Dictionary<int, OpenColumnEntry> _columns = [];
    private volatile OpenGroup[] _groups = [];
    private long _keptBytes;

    // Files by the number under which the cache knows them.
    private readonly List<string> _fileNames = [];

    private SegmentReader(IFileSystem files, StorageCaches caches)
    {
        _files = files;
        _caches = caches;
    }

    /// <summary>Whose rows.</summary>
    public SegmentIdentity Identity => _groups[0].Manifest.Identity;

    /// <summary>A number that no other open segment of the process has.</summary>
    public long Number => _number;

    /// <summary>The manifests of the groups that lie here.</summary>
    public IReadOnlyList<Manifest> Manifests => [.. _groups.Select(g => g.Manifest)];

    /// <summary>The columns that lie here, by group and then in order. Fields are named by their id.</summary>
    public ImmutableArray<StoredColumn> Columns { get; private set; } = [];

    /// <summary>Rows.</summary>
    public int RowCount => _groups[0].Manifest.RowCount;

    /// <summary>Rows of a block, apart from the last.</summary>
    public int BlockRows => _groups[0].Manifest.BlockRows;

    /// <summary>Rows of a vector, apart from the last.</summary>
    public int VectorRows => _groups[0].Manifest.VectorRows;

    /// <summary>Blocks.</summary>
    public int BlockCount => (RowCount + BlockRows - 1) / BlockRows;

    /// <summary>Opens the column groups of a segment, one read each.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The segment's folder.</param>
    /// <param name="groups">
    /// Numbers of the groups that lie in the folder, each with the hash the catalog names, or null.
    /// </param>
    /// <param name="caches">The process's caches.</param>
    /// <exception cref="CorruptDataException">A manifest is damaged or not the one the catalog names.</exception>
    public static SegmentReader Open(
        IFileSystem files, string folder, IReadOnlyList<(int Group, UInt128? ManifestHash)> groups,
        StorageCaches caches) =>
        Open(files, [.. groups.Select(g => new GroupPlace(g.Group, g.ManifestHash, folder))], caches);

    /// <summary>The same of groups that lie in folders of their own.</summary>
    /// <exception cref="CorruptDataException">A manifest is damaged or not the one the catalog names.</exception>
    public static SegmentReader Open(IFileSystem files, IReadOnlyList<GroupPlace> places, StorageCaches caches)
    {
        Invariant.Holds(places.Count > 0);
        SegmentReader segment = new(files, caches);
        try
        {
            Invariant.Holds(segment.TryAdd(places));
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens those of the groups that are not open yet; false when one of them is open from another folder.
    /// </summary>
    /// <exception cref="CorruptDataException">A manifest is damaged or not the one the catalog names.</exception>
    public bool TryAdd(IReadOnlyList<GroupPlace> places)
    {
        if (Has(places)) return true;
        lock (_lock)
        {
            foreach (GroupPlace place in places)
            {
                OpenGroup? known = Array.Find(_groups, g => g.Manifest.Group == place.Group);
                if (known is null) AddGroup(place);
                else if (known.Folder != place.Folder) return false;
            }
            return true;
        }
    }

    /// <summary>Rows of one block.</summary>
    public int GetBlockRowCount(int block) => Math.Min(BlockRows, RowCount - (block * BlockRows));

    /// <summary>True when the column lies here.</summary>
    public bool Contains(int columnId) => _columns.ContainsKey(columnId);

    /// <summary>The file that a column's sections lie in.</summary>
    public string GetPath(int columnId)
    {
        OpenColumnEntry entry = Find(columnId);
        return FilePath.Combine(entry.Group.Folder, entry.Manifest.Files[entry.Entry.File].Name);
    }

    /// <summary>The statistics and zone maps of a column, without reading its data.</summary>
    /// <exception cref="CorruptDataException">The footer is damaged.</exception>
    public ColumnFooter GetFooter(int columnId)
    {
        OpenColumnEntry entry = Find(columnId);
        CacheKey key = new(_number, columnId, CacheKey.Footer);
        LoadedFooter item = _caches.Blocks.TryGet<LoadedFooter>(key)
            ?? _caches.Blocks.AddWherePossible(key, new LoadedFooter(ReadFooter(entry)));
        ColumnFooter footer = item.Footer;
        item.Release();
        return footer;
    }

    /// <summary>What planning wants to know of the columns that lie here.</summary>
    public TableSummary Summarize() => new(
        RowCount, _columns.Keys.ToImmutableSortedDictionary(id => id, id => GetFooter(id).Summarize()));

    /// <summary>A reader of a column for one thread.</summary>
    /// <param name="columnId">The column.</param>
    /// <param name="type">
    /// The type to read it as; null is the stored one. A stored type that is narrower is widened.
    /// </param>
    public ColumnReader OpenColumn(int columnId, LogicalType? type = null) =>
        new(this, GetFooter(columnId), type ?? Find(columnId).Column.Field.Type, _caches.Blocks.Account);

    /// <summary>The dictionary of the segment for a text column; null without one.</summary>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public VectorDictionary? GetDictionary(int columnId)
    {
        OpenColumnEntry entry = Find(columnId);
        lock (entry)
        {
            // As long as somebody uses a dictionary, all get the same object, so that codes of vectors compare.
            if (entry.Dictionary?.TryGetTarget(out VectorDictionary? known) is true) return known;
        }
        ColumnFooter footer = GetFooter(columnId);
        if (footer.Dictionary is not { } section) return null;
        CacheKey key = new(_number, columnId, CacheKey.Dictionary);
        LoadedDictionary item = _caches.Blocks.TryGet<LoadedDictionary>(key)
            ?? _caches.Blocks.Add(key, ReadDictionary(entry, footer, section));
        lock (entry)
        {
            if (entry.Dictionary is null || !entry.Dictionary.TryGetTarget(out VectorDictionary? known))
            {
                known = item.Dictionary;
                entry.Dictionary = new WeakReference<VectorDictionary>(known);
            }
            item.Release();
            return known;
        }
    }

    /// <summary>The bloom filter of a column over <see cref="Statistics.SketchHash"/>es; null without one.</summary>
    public BloomFilter? GetBloom(int columnId)
    {
        OpenColumnEntry entry = Find(columnId);
        if (GetFooter(columnId).Bloom is not { } section) return null;
        CacheKey key = new(_number, columnId, CacheKey.Bloom);
        LoadedBloom? item = _caches.Blocks.TryGet<LoadedBloom>(key);
        if (item is null)
        {
            NativeBuffer bytes = ReadSection(entry, section, out string name);
            try
            {
                ByteReader source = new(bytes.Span, name, section.Offset);
                item = _caches.Blocks.AddWherePossible(key, new LoadedBloom(BloomFilter.Read(ref source)));
            }
            finally
            {
                bytes.Release();
            }
        }
        BloomFilter bloom = item.Bloom;
        item.Release();
        return bloom;
    }

    /// <summary>A block, retained for the caller.</summary>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public LoadedBlock GetBlock(ColumnFooter footer, int block)
    {
        CacheKey key = new(_number, footer.Column.Id, block);
        return _caches.Blocks.TryGet<LoadedBlock>(key) ?? _caches.Blocks.Add(key, ReadBlock(footer, block));
    }

    /// <summary>Closes the files; readers of it must be done.</summary>
    public void Dispose()
    {
        _caches.Blocks.Remove(_number);
        _caches.Files.Remove(_number);
        _caches.Blocks.Account.Release(Interlocked.Exchange(ref _keptBytes, 0));
    }

    private bool Has(IReadOnlyList<GroupPlace> places)
    {
        OpenGroup[] groups = _groups;
        foreach (GroupPlace place in places)
        {
            if (!Array.Exists(groups, g => g.Manifest.Group == place.Group && g.Folder == place.Folder)) return false;
        }
        return true;
    }

    private void AddGroup(in GroupPlace place)
    {
        OpenedFile opened = OpenFile(FilePath.Combine(place.Folder, SegmentFormat.ManifestName(place.Group)));
        try
        {
            AddGroup(opened.File, place);
        }
        finally
        {
            opened.Release();
        }
    }

    private void AddGroup(IFile file, in GroupPlace place)
    {
        long length = file.Length;
        CorruptDataException.ThrowUnless(
            length is >= 100 and <= SegmentFormat.MaxManifestBytes, "length of a manifest", file.Path, 0);
        byte[] bytes = new byte[place.ManifestHash is not null || length <= KeepBytes ? length : HeaderLength(file)];
        file.ReadExactly(0, bytes);
        if (place.ManifestHash is { } expected)
        {
            CorruptDataException.ThrowUnless(XxHash128.Hash(bytes) == expected, "hash of a manifest", file.Path, 0);
        }
        Manifest manifest = Manifest.Read(bytes, file.Path);
        CorruptDataException.ThrowUnless(manifest.Group == place.Group, "column group of a manifest", file.Path, 0);
        if (_groups.Length > 0)
        {
            Manifest first = _groups[0].Manifest;
            CorruptDataException.ThrowUnless(
                manifest.Identity == first.Identity && manifest.RowCount == first.RowCount &&
                manifest.BlockRows == first.BlockRows && manifest.VectorRows == first.VectorRows &&
                manifest.PositionChecksum == first.PositionChecksum, "column groups of different rows", file.Path, 0);
        }
        OpenGroup group = new(manifest, place.Folder);
        bool keepsFooters = length <= KeepBytes && _caches.Blocks.Account.TryReserve(bytes.Length);
        if (keepsFooters) _keptBytes += bytes.Length;
        Dictionary<int, OpenColumnEntry> columns = new(_columns);
        foreach (ManifestColumn column in manifest.Columns)
        {
            StoredColumn stored = new(
                column.Id, new Field($"{column.Id}", column.Type, column.IsNullable), place.Group);
            // A column may be copied into a second group; the first copy serves.
            ReadOnlyMemory<byte> footer = keepsFooters ? FooterOf(manifest, column, bytes) : default;
            columns.TryAdd(column.Id, new OpenColumnEntry(stored, group, column, footer));
        }
        Columns = [.. columns.Values.Select(c => c.Column)];
        _columns = columns;
        _groups = [.. _groups, group];
    }

    private static int HeaderLength(IFile file)
    {
        byte[] start = new byte[12];
        file.ReadExactly(0, start);
        int length = BitConverter.ToInt32(start, 8);
        CorruptDataException.ThrowUnless(
            length >= 100 && length <= file.Length, "length of a manifest's header", file.Path, 8);
        return length;
    }

    /// <summary>The footer's bytes; none where the manifest says that they lie past its end.</summary>
    private static ReadOnlyMemory<byte> FooterOf(Manifest manifest, ManifestColumn column, byte[] bytes)
    {
        long start = (long)manifest.HeaderBytes + column.FooterStart;
        return start + column.FooterBytes <= bytes.Length
            ? bytes.AsMemory((int)start, column.FooterBytes) : ReadOnlyMemory<byte>.Empty;
    }

    private ColumnFooter ReadFooter(OpenColumnEntry entry)
    {
        string name = FilePath.Combine(entry.Group.Folder, SegmentFormat.ManifestName(entry.Manifest.Group));
        long offset = (long)entry.Manifest.HeaderBytes + entry.Entry.FooterStart;
        ReadOnlySpan<byte> bytes = entry.Footer.Span;
        if (bytes.IsEmpty)
        {
            OpenedFile opened = OpenFile(name);
            byte[] read;
            try
            {
                // Checked before it decides how much is allocated.
                CorruptDataException.ThrowUnless(
                    offset + entry.Entry.FooterBytes <= opened.File.Length, "footer past the end", name, offset);
                read = new byte[entry.Entry.FooterBytes];
                opened.File.ReadExactly(offset, read);
            }
            finally
            {
                opened.Release();
            }
            bytes = read;
        }
        CorruptDataException.ThrowUnless(
            Checksum.Crc32C(bytes) == entry.Entry.FooterChecksum, "checksum of a footer", name, offset);
        ByteReader source = new(bytes, name, offset);
        ColumnFooter footer = ColumnFooter.Read(
            ref source, entry.Column, entry.Manifest.RowCount, entry.Manifest.BlockRows, entry.Manifest.VectorRows);
        return footer;
    }

    private LoadedBlock ReadBlock(ColumnFooter footer, int block)
    {
        BlockFooter blockFooter = footer.Blocks[block];
        OpenColumnEntry entry = Find(footer.Column.Id);
        NativeBuffer bytes = ReadSection(entry, blockFooter.Section, out string name);
        try
        {
            NodeReader source = new(
                bytes, blockFooter.Section.DecodedLength, VectorRows, name, blockFooter.Section.Offset,
                _caches.Blocks.Account);
            BlockDecoder decoder = BlockDecoder.Open(ref source, footer.Column.Field.Type, blockFooter.RowCount);
            source.Bytes.ExpectEnd();
            return new LoadedBlock(bytes, decoder);
        }
        catch
        {
            bytes.Release();
            throw;
        }
    }

    private LoadedDictionary ReadDictionary(OpenColumnEntry entry, ColumnFooter footer, Section section)
    {
        NativeBuffer bytes = ReadSection(entry, section, out string name);
        try
        {
            NodeReader source = new(bytes, section.DecodedLength, VectorRows, name, section.Offset);
            TextDecoder texts = EncodingRegistry.OpenTexts(ref source, footer.DictionaryCount);
            source.Bytes.ExpectEnd();
            DecodedTexts decoded = new(texts, entry.Column.Field.Type, _caches.Blocks.Account);
            CorruptDataException.ThrowUnless(decoded.AreSorted, "order of a dictionary", name, section.Offset);
            VectorDictionary dictionary = new(decoded.Vector, isSorted: true);
            return new LoadedDictionary(dictionary, bytes.Length + (footer.DictionaryCount * 16L));
        }
        finally
        {
            bytes.Release();
        }
    }

    /// <summary>Reads a section, checks it and decompresses it.</summary>
    private NativeBuffer ReadSection(OpenColumnEntry entry, Section section, out string name)
    {
        OpenedFile opened = OpenFile(FilePath.Combine(
            entry.Group.Folder, entry.Manifest.Files[entry.Entry.File].Name));
        try
        {
            name = opened.File.Path;
            return ReadSection(opened.File, section);
        }
        finally
        {
            opened.Release();
        }
    }

    private NativeBuffer ReadSection(IFile file, Section section)
    {
        CorruptDataException.ThrowUnless(
            section.Offset >= SegmentFormat.ColumnFileHeaderBytes && section.Offset + section.Length <= file.Length,
            "section past the end of its file", file.Path, section.Offset);
        NativeBuffer bytes = _caches.Blocks.Allocate(section.Length);
        try
        {
            Span<byte> span = bytes.Span[..section.Length];
            file.ReadExactly(section.Offset, span);
            section.Check(span, file.Path);
            if (section.Compression == GeneralCompression.None) return bytes;
            NativeBuffer decoded = _caches.Blocks.Allocate(section.DecodedLength);
            bool isGood = GeneralCompressor.TryDecompress(
                section.Compression, span, decoded.Span[..section.DecodedLength]);
            bytes.Release();
            bytes = decoded;
            CorruptDataException.ThrowUnless(isGood, "compressed bytes", file.Path, section.Offset);
            return bytes;
        }
        catch
        {
            bytes.Release();
            throw;
        }
    }

    /// <summary>A file of the segment, retained for the caller: open already, or opened now.</summary>
    private OpenedFile OpenFile(string path)
    {
        int number;
        lock (_fileNames)
        {
            number = _fileNames.IndexOf(path);
            if (number < 0)
            {
                number = _fileNames.Count;
                _fileNames.Add(path);
            }
        }
        CacheKey key = new(_number, number, CacheKey.File);
        return _caches.Files.TryGet<OpenedFile>(key)
            ?? _caches.Files.Add(key, new OpenedFile(_files.OpenRead(path)));
    }

    private OpenColumnEntry Find(int columnId) => _columns.TryGetValue(columnId, out OpenColumnEntry? entry)
        ? entry : throw Invariant.Unreachable($"column {columnId} does not lie in {_groups[0].Folder}");

    /// <summary>A column group of an open segment.</summary>
    private sealed record OpenGroup(Manifest Manifest, string Folder);

    /// <summary>A column of an open segment.</summary>
    private sealed class OpenColumnEntry(
        StoredColumn column, OpenGroup group, ManifestColumn entry, ReadOnlyMemory<byte> footer)
    {
        public StoredColumn Column { get; } = column;

        public OpenGroup Group { get; } = group;

        public Manifest Manifest => Group.Manifest;

        public ManifestColumn Entry { get; } = entry;

        public ReadOnlyMemory<byte> Footer { get; } = footer;

        public WeakReference<VectorDictionary>? Dictionary { get; set; }
    }
}
