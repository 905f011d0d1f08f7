using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Reads everything of segments again and compares it with what was written down: hashes of whole files, checksums of
/// sections, and, value by value, NULL counts and bounds of every zone.
/// </summary>
internal sealed class SegmentVerification(IFileSystem files, StorageCaches caches)
{
    private const int ReadBytes = 1 << 20;

    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly DamageList _damages = new();

    /// <summary>Files read so far, whole.</summary>
    public long FileCount { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Blocks decoded so far.</summary>
    public long BlockCount { get; private set; }

    /// <summary>What is wrong with a segment: nothing, or all that can be told.</summary>
    /// <param name="folder">The segment's folder.</param>
    /// <param name="groups">The column groups that lie there, with the hashes of their manifests where known.</param>
    /// <param name="rowCount">How many rows it must have; null where only the manifest knows.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <param name="foundRows">How many rows it has, by its first manifest; null when that is damaged.</param>
    public IReadOnlyList<Damage> Check(
        string folder, IReadOnlyList<(int Group, UInt128? ManifestHash)> groups, int? rowCount,
        CancellationToken cancellationToken, out int? foundRows)
    {
        _damages.Clear();
        foundRows = null;
        bool hasManifests = true;
        foreach ((int group, UInt128? hash) in groups)
        {
            string path = FilePath.Combine(folder, SegmentFormat.ManifestName(group));
            Manifest? manifest = _damages.Try(path, () => CheckManifest(path, hash, rowCount));
            hasManifests &= manifest is not null;
            foundRows ??= manifest?.RowCount;
            foreach (SegmentFile file in manifest?.Files ?? [])
            {
                string name = FilePath.Combine(folder, file.Name);
                _damages.Try(name, () => CheckFile(name, file));
            }
        }
        // Damages of files stop nothing here: the checksums of sections tell where in the file they are.
        if (hasManifests)
        {
            _damages.Try(folder, () =>
            {
                using SegmentReader segment = SegmentReader.Open(files, folder, groups, caches);
                foreach (StoredColumn column in segment.Columns) CheckColumn(segment, column, cancellationToken);
            });
        }
        HashSet<string> placed = [.. _damages.Found.Where(d => d.Offset > 0).Select(d => d.File)];
        return [.. _damages.Found.Where(d => d.Offset > 0 || !placed.Contains(d.File)).Distinct()];
    }

    private Manifest CheckManifest(string path, UInt128? hash, int? rowCount)
    {
        byte[] bytes = files.ReadAll(path, SegmentFormat.MaxManifestBytes);
        (FileCount, Bytes) = (FileCount + 1, Bytes + bytes.Length);
        CorruptDataException.ThrowUnless(
            hash is null || XxHash128.Hash(bytes) == hash, "hash of a manifest", path, 0);
        Manifest manifest = Manifest.Read(bytes, path);
        CorruptDataException.ThrowUnless(
            rowCount is null || manifest.RowCount == rowCount, "number of rows that the catalog names", path, 0);
        return manifest;
    }

    private void CheckFile(string path, SegmentFile expected)
    {
        using IFile file = files.OpenRead(path);
        CorruptDataException.ThrowUnless(
            file.Length == expected.Bytes, $"length {file.Length}, {expected.Bytes} written", path, 0);
        XxHash128 hash = new();
        for (long offset = 0; offset < expected.Bytes;)
        {
            Span<byte> part = _buffer.AsSpan(0, (int)Math.Min(ReadBytes, expected.Bytes - offset));
            file.ReadExactly(offset, part);
            hash.Append(part);
            offset += part.Length;
        }
        (FileCount, Bytes) = (FileCount + 1, Bytes + expected.Bytes);
        if (hash.Finish() == expected.Hash) return;
        _damages.Add(new Damage(path, 0, "hash of the file"));
    }

    private void CheckColumn(SegmentReader segment, StoredColumn column, CancellationToken cancellationToken)
    {
        ColumnFooter footer = segment.GetFooter(column.Id);
        using ColumnReader reader = segment.OpenColumn(column.Id);
        using ColumnVector vector = new(column.Field.Type);
        for (int block = 0; block < segment.BlockCount; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BlockCount++;
            int number = block;
            _damages.Try("", () => CheckBlock(segment, footer, reader, number, vector));
        }
        if (footer.Bloom is not null) _damages.Try("", () => segment.GetBloom(column.Id));
    }

    private static void CheckBlock(
        SegmentReader segment, ColumnFooter footer, ColumnReader reader, int block, ColumnVector vector)
    {
        BlockFooter blockFooter = footer.Blocks[block];
        int rows = segment.GetBlockRowCount(block);
        long nulls = 0;
        for (int first = 0; first < rows; first += segment.VectorRows)
        {
            int count = Math.Min(segment.VectorRows, rows - first);
            ZoneRange zone = footer.GetZone(block, first);
            for (int part = 0; part < count; part += Batch.MaxRows)
            {
                int length = Math.Min(Batch.MaxRows, count - part);
                reader.ReadVector(block, first + part, length, vector);
                if (TryCountNulls(vector, length, zone, out int some))
                {
                    nulls += some;
                    continue;
                }
                throw new CorruptDataException(
                    $"a value outside the bounds of its zone, in column {footer.Column.Id} from row {first}",
                    segment.GetPath(footer.Column.Id), blockFooter.Section.Offset);
            }
        }
        CorruptDataException.ThrowUnless(
            nulls == blockFooter.NullCount, $"{nulls} NULLs where the footer has {blockFooter.NullCount}",
            segment.GetPath(footer.Column.Id), blockFooter.Section.Offset);
    }

    /// <summary>Counts NULLs; false when a value lies outside the bounds.</summary>
    private static bool TryCountNulls(ColumnVector vector, int count, ZoneRange zone, out int nulls)
    {
        // Where a zone has no bounds of its own it shows those of the block, or none.
        bool hasBounds = ZoneKey.Exists(vector.Type) && zone.Min <= zone.Max;
        nulls = 0;
        for (int row = 0; row < count; row++)
        {
            if (!vector.IsValid(row))
            {
                nulls++;
                continue;
            }
            if (!hasBounds) continue;
            Int128 key = KeyOf(vector, row);
            if (key < zone.Min || key > zone.Max) return false;
        }
        return true;
    }

    private static Int128 KeyOf(ColumnVector vector, int row) => vector.Type.Physical switch
    {
        PhysicalType.Float32 or PhysicalType.Float64 => ZoneKey.OfDouble(vector.GetDouble(row)),
        PhysicalType.Utf8 => ZoneKey.OfText(vector.GetUtf8(row).Span),
        PhysicalType.Interval => vector.GetValue(row).AsInterval.Span,
        _ => vector.GetInteger(row),
    };
}
