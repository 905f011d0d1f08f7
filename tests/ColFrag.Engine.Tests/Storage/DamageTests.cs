using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>Flipped bits and cut files are found out or do no harm. COLFRAG_LONG=1 tries many more.</summary>
public class DamageTests
{
    private static readonly int Rounds = RandomDamage.Rounds(250);

    [Theory]
    [InlineData(0, GeneralCompression.None)]
    [InlineData(1 << 20, GeneralCompression.None)]
    [InlineData(1 << 20, GeneralCompression.Lz4)]
    public async Task Damaged_segment_files_give_CorruptData_or_the_same_rows(int packBelow, object kind)
    {
        GeneralCompression compression = (GeneralCompression)kind;
        if (!GeneralCompressor.IsAvailable(compression)) compression = GeneralCompression.None;
        LogicalType[] types =
        [
            LogicalType.BigInt, LogicalType.Varchar, LogicalType.Double, LogicalType.Decimal(38, 2),
            LogicalType.List(LogicalType.Varchar), LogicalType.Boolean,
        ];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 700, 1, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(
            types, columns, SegmentFixture.Small with
            {
                PackBelowBytes = packBelow, Compression = compression, BloomColumns = [1],
            });
        string[] names = [.. fixture.Files.List("segment").Select(f => $"segment/{f.Name}")];
        int found = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            string name = names[random.Next(names.Length)];
            byte[] original = fixture.Files.ReadAll(name, int.MaxValue);
            await RandomDamage.ReplaceAsync(fixture.Files, name, RandomDamage.Of(original, random));
            try
            {
                ReadEverything(fixture, types, columns);
            }
            catch (CorruptDataException)
            {
                found++;
            }
            catch (StorageException other) when (other.SqlState == SqlStates.FeatureNotSupported)
            {
                // The format number was hit: a folder of another version is refused before anything else is believed.
                found++;
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}, {name}: {other}");
            }
            await RandomDamage.ReplaceAsync(fixture.Files, name, original);
        }
        Assert.True(found > Rounds / 2, $"only {found} of {Rounds} were found out");
    }

    [Fact]
    public void Damaged_blocks_of_every_type_give_CorruptData_or_wrong_values_and_never_another_exception()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        for (int t = 0; t < RandomRows.AllTypes.Length; t++)
        {
            LogicalType type = RandomRows.AllTypes[t];
            for (int manner = 0; manner < 4; manner++)
            {
                using Batch batch = RandomRows.ToBatch([type], [RandomRows.Make(type, 300, manner, t)], 0, 300, arena);
                using VectorAppender stage = new(type, MemoryAccount.Untracked);
                stage.Append(batch.Columns[0], 0, 300);
                using ColumnVector rows = stage.ToVector();
                using ByteWriter bytes = new();
                BlockEncoder.Encode(rows, 300, new EncodingContext(64), bytes);
                for (int seed = 0; seed < Math.Max(20, Rounds / 40); seed++)
                {
                    byte[] damaged = RandomDamage.Of(bytes.ToArray(), new Random(seed));
                    TryRead(damaged, type, $"{type}, manner {manner}, seed {seed}");
                }
            }
        }
    }

    [Fact]
    public async Task Damaged_footers_and_headers_with_good_checksums_give_CorruptData_and_never_another_exception()
    {
        LogicalType[] types = [LogicalType.BigInt, LogicalType.Varchar, LogicalType.HugeInt];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 1100, 1, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
        byte[] bytes = fixture.Files.ReadAll("segment/manifest-0", int.MaxValue);
        Manifest manifest = Manifest.Read(bytes, "manifest");
        for (int seed = 0; seed < Rounds * 4; seed++)
        {
            Random random = new(seed);
            ManifestColumn column = manifest.Columns[random.Next(types.Length)];
            byte[] footer = RandomDamage.Of(
                bytes.AsSpan(manifest.HeaderBytes + column.FooterStart, column.FooterBytes), random);
            byte[] header = bytes[..manifest.HeaderBytes];
            // The length stays, so that the checksum is where it is looked for.
            for (int flips = random.Next(1, 4); flips > 0; flips--) header[random.Next(12, header.Length - 4)] ^= (
                byte)(1 << random.Next(8));
            BitConverter.TryWriteBytes(
                header.AsSpan(header.Length - 4), Checksum.Crc32C(header.AsSpan(0, header.Length - 4)));
            try
            {
                ByteReader source = new(footer, "footer");
                ColumnFooter.Read(
                    ref source, new StoredColumn(column.Id, new Field("c", column.Type)), manifest.RowCount,
                    manifest.BlockRows, manifest.VectorRows);
            }
            catch (CorruptDataException)
            {
            }
            catch (Exception other)
            {
                Assert.Fail($"footer, seed {seed}: {other}");
            }
            try
            {
                Manifest.Read(header, "header");
            }
            catch (CorruptDataException)
            {
            }
            catch (Exception other)
            {
                Assert.Fail($"header, seed {seed}: {other}");
            }
        }
    }

    [Fact]
    public async Task Another_format_is_refused_with_advice()
    {
        using SegmentFixture fixture =
            await SegmentFixture.WriteAsync([LogicalType.Integer], [RandomRows.Make(LogicalType.Integer, 10, 0, 0)]);
        byte[] bytes = fixture.Files.ReadAll("segment/manifest-0", int.MaxValue);
        bytes[4]++;
        await RandomDamage.ReplaceAsync(fixture.Files, "segment/manifest-0", bytes);
        StorageException newer = Assert.Throws<StorageException>(
            () => SegmentReader.Open(fixture.Files, "segment", [(0, null)], fixture.Caches));
        Assert.Contains("newer", newer.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_with_another_hash_than_the_catalog_names_is_refused()
    {
        using SegmentFixture fixture =
            await SegmentFixture.WriteAsync([LogicalType.Integer], [RandomRows.Make(LogicalType.Integer, 10, 0, 0)]);
        Assert.Throws<CorruptDataException>(
            () => SegmentReader.Open(fixture.Files, "segment", [(0, 12345)], fixture.Caches));
    }

    private static void ReadEverything(SegmentFixture fixture, LogicalType[] types, Value[][] columns)
    {
        using StorageCaches caches = new(MemoryBroker.Unlimited);
        using SegmentReader segment = SegmentReader.Open(fixture.Files, "segment", [(0, null)], caches);
        segment.GetBloom(1);
        for (int c = 0; c < types.Length; c++)
        {
            SegmentTests.AssertEqual(columns[c], SegmentFixture.ReadAll(segment, c + 1, types[c]), $"column {c}");
        }
    }

    private static unsafe void TryRead(byte[] damaged, LogicalType type, string what)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(damaged.Length, MemoryAccount.Untracked);
        damaged.CopyTo(buffer.Span);
        try
        {
            NodeReader source = new(buffer, damaged.Length, 64, "block", 0);
            BlockDecoder block = BlockDecoder.Open(ref source, type, 300);
            using TextHeap heap = new(MemoryAccount.Untracked);
            using ColumnVector vector = new(type);
            for (int first = 0; first < 300; first += 64)
            {
                block.Read(first, Math.Min(64, 300 - first), null, vector, new BlockReadContext(heap));
            }
        }
        catch (CorruptDataException)
        {
        }
        catch (Exception other)
        {
            Assert.Fail($"{what}: {other}");
        }
        finally
        {
            buffer.Release();
        }
    }
}
