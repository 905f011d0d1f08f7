using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>Texts that come as codes are written as codes, and nobody sees a difference afterwards.</summary>
public sealed class StagedCodesTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Texts_that_come_as_codes_make_the_files_that_they_make_as_texts(bool onlyCodes, bool isFast)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            SegmentOptions options = SegmentFixture.Small with { IsFast = isFast };
            (SegmentInfo coded, string?[] written, string?[] read) = await WriteAsync(seed, onlyCodes, options);
            (SegmentInfo plain, _, _) = await WriteAsync(seed, onlyCodes, options with { KeepsCodes = false });
            Assert.Equal(plain.Groups[0].ManifestHash, coded.Groups[0].ManifestHash);
            Assert.Equal(written, read);
        }
    }

    private static async Task<(SegmentInfo Info, string?[] Written, string?[] Read)> WriteAsync(
        int seed, bool onlyCodes, SegmentOptions options)
    {
        MemoryFileSystem files = new();
        SegmentIdentity identity = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 7, 8, 9);
        StoredColumn column = new(1, new Field("t", LogicalType.Varchar), 0);
        await using SegmentWriter writer =
            new(files, "segment", identity, [column], options, MemoryAccount.Untracked);
        Random random = new(seed);
        List<string?> written = [];
        foreach (ColumnVector texts in CodedTexts.Mixture(seed, 8, onlyCodes))
        {
            using Batch batch = new([]) { Columns = [texts], Count = texts.Count };
            RowMask? mask = random.Next(2) == 0 ? batch.BeginMask() : null;
            for (int i = 0; i < batch.Count && mask is not null; i++) mask[i] = random.Next(3) > 0;
            written.AddRange(CodedTexts.Texts(texts).Where((_, i) => mask is null || mask[i]));
            writer.Append(batch);
            batch.Columns = [];
        }
        SegmentInfo info = await writer.FinishAsync();
        using StorageCaches caches = new(new MemoryBroker(1L << 40));
        using SegmentReader segment =
            SegmentReader.Open(files, "segment", [(0, info.Groups[0].ManifestHash)], caches);
        Value[] values = SegmentFixture.ReadAll(segment, 1, LogicalType.Varchar);
        return (info, [.. written], [.. values.Select(v => v.IsNull ? null : v.AsText)]);
    }
}
