using System.Diagnostics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>
/// Files with some bytes changed, in every format: they give rows or one of our errors, in bounded memory. A failure
/// names its seed.
/// </summary>
public sealed class FormatFuzzTests
{
    /// <summary>Inputs that are tried however little time there is; the long run tries as many per format.</summary>
    private const int LeastInputs = 400, LongInputs = 100_000;

    /// <summary>No input here has a tenth of this.</summary>
    private const long MemoryLimit = 1L << 30;

    private const int MostBatches = 2_000;

    [Theory]
    [Trait("Budget", "fuzz")]
    [InlineData("csv", "FORMAT csv", 2)]
    [InlineData("csv", "FORMAT csv, delimiter '|', quote ''''", 2)]
    [InlineData("jsonl", "FORMAT json", 1)]
    [InlineData("parquet", "FORMAT parquet, compression uncompressed", 4)]
    [InlineData("parquet", "FORMAT parquet, compression snappy, row_group_size 2048", 4)]
    [InlineData("parquet", "FORMAT parquet, compression zstd", 4)]
    [InlineData("arrow", "FORMAT arrow, stream false", 3)]
    [InlineData("arrow", "FORMAT arrow, stream true, compression lz4", 3)]
    public async Task Damaged_files_give_rows_or_errors(string extension, string options, int testsOfFormat)
    {
        int least = LeastOf(testsOfFormat);
        byte[] whole = await MakeAsync(extension, options);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan time = TestBudget.Share("fuzz", 16);
        int seed = 0, readable = 0;
        for (; seed < least || watch.Elapsed < time; seed++)
        {
            Random random = new(seed);
            byte[] damaged = Damage(whole, random, extension is "csv" or "jsonl");
            if (Read(damaged, "t." + extension, $"{options}, seed {seed}")) readable++;
        }
        // Text stays readable mostly; what has checksums or a footer mostly not.
        Assert.InRange(readable, 0, seed);
    }

    [Theory]
    [Trait("Budget", "fuzz")]
    [InlineData("parquet", 4)]
    [InlineData("arrow", 3)]
    public async Task Damaged_nested_files_give_rows_or_errors(string extension, int testsOfFormat)
    {
        int least = LeastOf(testsOfFormat);
        await using LoadFolder folder = new();
        string path = folder.PathOf("n." + extension);
        await NestedRows.WriteAsync(FileFormats.FromName(path)!.Value, path, 500);
        byte[] whole = await File.ReadAllBytesAsync(path);
        for (int seed = 0; seed < least; seed++)
        {
            Read(Damage(whole, new Random(seed), isText: false), "n." + extension, $"nested {extension}, seed {seed}");
        }
    }

    private static int LeastOf(int testsOfFormat) =>
        Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? LongInputs / testsOfFormat : LeastInputs;

    private static async Task<byte[]> MakeAsync(string extension, string options)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t." + extension);
        await folder.RunAsync(
            "COPY (SELECT i, CASE WHEN i % 5 = 1 THEN NULL ELSE i * 7919 - 100 END AS n, i / 3.0::DOUBLE AS d, " +
            "'word, \"' || (i % 9) AS w, 'text é ' || i AS t, DATE '2024-01-01' + (i % 60)::INTEGER AS dt, " +
            $"i % 2 = 0 AS b, (i / 7.0)::DECIMAL(12,3) AS c FROM range(3000) t(i)) TO '{path}' ({options})");
        return await File.ReadAllBytesAsync(path);
    }

    private static byte[] Damage(byte[] whole, Random random, bool isText)
    {
        byte[] bytes = [.. whole];
        if (random.Next(4) == 0) bytes = bytes[..random.Next(1, bytes.Length)];
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            // The end is where the footers are: half of the damage goes there.
            int at = random.Next(2) == 0 ? random.Next(bytes.Length)
                : bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 600));
            switch (random.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = isText ? (byte)"\",\n\r'{}[]:"[random.Next(10)] : (byte)0xFF; break;
                default:
                    int length = random.Next(1, Math.Min(40, bytes.Length - at + 1));
                    bytes.AsSpan(at, length).Fill(isText ? (byte)'"' : (byte)0);
                    break;
            }
        }
        return bytes;
    }

    private static bool Read(byte[] bytes, string name, string what)
    {
        MemoryBroker memory = new(MemoryLimit);
        using MemoryAccount account = memory.CreateAccount("fuzz");
        try
        {
            SourceContext context = FormatsKit.ContextOf(bytes, name) with { Account = account };
            using ITableSource source = TableSources.Open([name], null, new SourceOptions(), context);
            int[] columns = [.. Enumerable.Range(0, source.Schema.Count)];
            for (int piece = 0; piece < Math.Min(source.PieceCount, 16); piece++)
            {
                using Batch batch = new(source.Schema);
                using IPieceReader reader = source.OpenPiece(piece, columns, account);
                for (int i = 0; i < MostBatches && reader.Read(batch, CancellationToken.None); i++) Touch(batch);
                if (source is IFilteringSource filtering) ReadSome(filtering, source.Schema, piece, columns, account);
            }
            return true;
        }
        catch (ColFragException error) when (error is not InvariantException)
        {
            return false;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{what}: {error.GetType().Name}: {error.Message}", error);
        }
    }

    /// <summary>The same by page indexes and bloom filters, with columns that are read late or not at all.</summary>
    private static void ReadSome(
        IFilteringSource source, Schema schema, int piece, int[] columns, MemoryAccount account)
    {
        ScanFilter[] filters = [.. schema.Fields.Select(MakeFilter).OfType<ScanFilter>().Take(2)];
        using Batch batch = new(schema);
        using IPieceReader reader = source.OpenPiece(piece, columns, filters, account);
        if (reader is not IStagedReader staged) return;
        bool[] isFirst = [.. columns.Select(c => c % 2 == 0)];
        for (int i = 0; i < MostBatches && staged.ReadFirst(batch, isFirst, CancellationToken.None); i++)
        {
            if (i % 2 != 0) continue;
            staged.ReadRest(batch, isFirst);
            Touch(batch);
        }

        static ScanFilter? MakeFilter(Field field, int column) => field.Type.Kind switch
        {
            TypeKind.BigInt => ScanFilter.Range(column, Value.BigInt(1000), Value.BigInt(1100)),
            TypeKind.Varchar => ScanFilter.Compare(column, FilterOperator.Equal, Value.Text("word, \"3")),
            _ => null,
        };
    }

    // A wrong pointer or length shows when values are read.
    private static void Touch(Batch batch)
    {
        foreach (ColumnVector column in batch.Columns)
        {
            _ = column.GetValue(0).ToString();
            _ = column.GetValue(batch.Count - 1).ToString();
        }
    }
}
