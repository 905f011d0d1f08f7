using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>
/// A segment of the present format lies in tests/golden: it must stay readable, and the same rows must give the same
/// bytes. When the format or an encoder changes on purpose, run once with COLFRAG_GOLDEN=write and look at what
/// changed.
/// </summary>
public class GoldenSegmentTests
{
    private const int Rows = 1200;

    private static readonly string Folder =
        Repository.PathOf("tests", "golden", $"segment-{SegmentFormat.FormatNumber}");

    private static readonly SegmentOptions Options = new()
    {
        BlockRows = 512, VectorRows = 64, PackBelowBytes = 8192, BloomColumns = [5],
    };

    [Fact]
    public async Task Golden_segments_stay_readable_and_are_what_is_written()
    {
        MemoryFileSystem written = new();
        SegmentInfo info = await WriteAsync(written);
        if (Environment.GetEnvironmentVariable("COLFRAG_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Folder);
            foreach (FileEntry file in written.List("segment"))
            {
                File.WriteAllBytes(
                    Path.Combine(Folder, file.Name), written.ReadAll($"segment/{file.Name}", int.MaxValue));
            }
        }
        foreach (FileEntry file in written.List("segment"))
        {
            byte[] golden = File.ReadAllBytes(Path.Combine(Folder, file.Name));
            Assert.True(
                golden.AsSpan().SequenceEqual(written.ReadAll($"segment/{file.Name}", int.MaxValue)),
                $"{file.Name} differs from the golden one");
        }
        Assert.Equal(written.List("segment").Count, Directory.GetFiles(Folder).Length);

        LocalFileSystem files = new(Path.GetDirectoryName(Folder)!);
        using StorageCaches caches = new(MemoryBroker.Unlimited);
        using SegmentReader segment = SegmentReader.Open(
            files, Path.GetFileName(Folder), [(0, info.Groups[0].ManifestHash)], caches);
        Assert.Equal(Rows, segment.RowCount);
        for (int c = 0; c < RandomRows.AllTypes.Length; c++)
        {
            SegmentTests.AssertEqual(
                Make(RandomRows.AllTypes[c]), SegmentFixture.ReadAll(segment, c + 1, RandomRows.AllTypes[c]),
                $"{RandomRows.AllTypes[c]}");
        }
    }

    private static async Task<SegmentInfo> WriteAsync(MemoryFileSystem files)
    {
        LogicalType[] types = RandomRows.AllTypes;
        ImmutableArray<StoredColumn> columns =
            [.. types.Select((t, i) => new StoredColumn(i + 1, new Field($"c{i}", t)))];
        await using SegmentWriter writer = new(
            files, "segment", new SegmentIdentity(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 12, 13, 14, 15, 16),
                columns,
            Options, MemoryAccount.Untracked);
        using Arena arena = new(MemoryAccount.Untracked);
        using Batch batch = RandomRows.ToBatch(types, [.. types.Select(t => Make(t))], 0, Rows, arena);
        writer.Append(batch, [.. Enumerable.Range(0, Rows).Select(i => (ulong)i)]);
        return await writer.FinishAsync();
    }

    private static Value[] Make(LogicalType type) => [.. Enumerable.Range(0, Rows).Select(i => Make(type, i))];

    /// <summary>Values by a formula and never at random: zones of runs, of steps, of noise, and some NULLs.</summary>
    private static Value Make(LogicalType type, int row)
    {
        if (type.Kind == TypeKind.Null || row % 11 == 10) return Value.Null(type);
        long noise = (row * 7919L) % 10_007;
        int manner = row / 300;
        switch (type.Kind)
        {
            case TypeKind.Boolean: return Value.Boolean(noise % 3 == 0);
            case TypeKind.Real or TypeKind.Double: return Value.Float(
                type, manner == 0 ? noise / 100.0 : manner == 1 ? row / 4 : noise / 7.0);
            case TypeKind.Interval: return Value.OfInterval(new Interval(row % 13, (int)(noise % 31), noise * 1000));
            case TypeKind.Varchar or TypeKind.Blob or TypeKind.Json:
                string text = manner == 0
                    ? $"city {row / 40}" : $"{noise} of street {row.ToString(CultureInfo.InvariantCulture)}";
                return Value.Bytes(type, Encoding.UTF8.GetBytes(text));
            case TypeKind.List or TypeKind.Map:
                return Value.Nested(type, [.. Enumerable.Range(0, row % 4).Select(i => Part(type.Element!, row + i))]);
            case TypeKind.Array:
                return Value.Nested(
                    type, [.. Enumerable.Range(0, type.Length).Select(i => Part(type.Element!, row + i))]);
            case TypeKind.Struct:
                return Value.Nested(type, [.. type.Fields.Select(f => Part(f.Type, row))]);
            case TypeKind.Enum:
                return Value.Integer(type, noise % type.Labels.Length);
        }
        (Int128 min, Int128 max) = IntegerBounds.Of(type);
        Int128 value = manner switch { 0 => row / 20, 1 => row * 3, 2 => noise, _ =>
            row % 2 == 0 ? max - noise % 50 : noise % 50 };
        return Value.Integer(type, Int128.Clamp(value, min, max));
    }

    /// <summary>A part of a nested value: as at the top, but never NULL.</summary>
    private static Value Part(LogicalType type, int row) => Make(type, row % 11 == 10 ? row + 1 : row);
}
