using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Formats.Parquet.Variants;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>VARIANT columns read as JSON: whole, in columns of their own, and damaged.</summary>
public sealed class ParquetVariantTests : IDisposable
{
    private const string Gold = "parquet-testing";

    /// <summary>Names a, b; the object {"a":[1,null,"é\n"],"b":-2.50}.</summary>
    private static readonly byte[] s_names = [0x11, 2, 0, 1, 2, (byte)'a', (byte)'b'];

    private static readonly byte[] s_object =
    [
        0x02, 2, 0, 1, 0, 13, 19,
        0x03, 3, 0, 2, 3, 7, 0x0C, 1, 0x00, 0x0D, 0xC3, 0xA9, (byte)'\n',
        0x20, 2, 0x06, 0xFF, 0xFF, 0xFF,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-variant").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Bytes_become_JSON()
    {
        Assert.Equal("""{"a":[1,null,"é\n"],"b":-2.50}""", TextOf(s_names, s_object));
        Assert.Equal("true", TextOf(s_names, [0x04]));
        Assert.Equal("-1", TextOf(s_names, [0x0C, 0xFF]));
        Assert.Equal("-2", TextOf(s_names, [0x10, 0xFE, 0xFF]));
        Assert.Equal("70000", TextOf(s_names, [0x14, .. BitConverter.GetBytes(70_000)]));
        Assert.Equal("-9000000000", TextOf(s_names, [0x18, .. BitConverter.GetBytes(-9_000_000_000)]));
        Assert.Equal("0.1", TextOf(s_names, [0x1C, .. BitConverter.GetBytes(0.1)]));
        Assert.Equal("\"NaN\"", TextOf(s_names, [0x1C, .. BitConverter.GetBytes(double.NaN)]));
        Assert.Equal("0.1", TextOf(s_names, [0x38, .. BitConverter.GetBytes(0.1f)]));
        Assert.Equal("\"1970-01-02\"", TextOf(s_names, [0x2C, 1, 0, 0, 0]));
        Assert.Equal("\"1970-01-01 00:00:01.5+00\"", TextOf(s_names, [0x30, .. BitConverter.GetBytes(1_500_000L)]));
        Assert.Equal("\"1970-01-01 00:00:01.5\"", TextOf(s_names, [0x34, .. BitConverter.GetBytes(1_500_000L)]));
        Assert.Equal("\"00:00:01.5\"", TextOf(s_names, [0x44, .. BitConverter.GetBytes(1_500_000L)]));
        Assert.Equal("\"1970-01-01 00:00:00.0000015\"", TextOf(s_names, [0x4C, .. BitConverter.GetBytes(1_500L)]));
        Assert.Equal("\"1970-01-01 00:00:00.0000015+00\"", TextOf(s_names, [0x48, .. BitConverter.GetBytes(1_500L)]));
        Assert.Equal("\"\\\\x00ff\"", TextOf(s_names, [0x3C, 2, 0, 0, 0, 0, 0xFF]));
        Assert.Equal("\"ab\"", TextOf(s_names, [0x40, 2, 0, 0, 0, (byte)'a', (byte)'b']));
        Assert.Equal("\"00010203-0405-0607-0809-0a0b0c0d0e0f\"",
            TextOf(s_names, [0x50, .. Enumerable.Range(0, 16).Select(i => (byte)i)]));
    }

    [Fact]
    public void Offsets_that_name_the_same_bytes_again_and_again_are_damage()
    {
        // Arrays of eight elements, all of them the array itself but for one byte: 8^n elements in a few bytes.
        byte[] value = [.. Enumerable.Range(0, 40).SelectMany(_ => (byte[])[0x03, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])];
        Assert.Throws<CorruptDataException>(() => TextOf(s_names, value));
    }

    [Fact]
    public void Damaged_bytes_are_JSON_or_damage()
    {
        int readable = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            Random random = new(seed);
            byte[] names = [.. s_names], value = [.. s_object];
            byte[] damaged = random.Next(3) == 0 ? names : value;
            for (int i = random.Next(1, 4); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (random.Next(5) == 0) value = value[..random.Next(value.Length)];
            try
            {
                using JsonDocument parsed = JsonDocument.Parse(TextOf(names, value));
                readable++;
            }
            catch (CorruptDataException)
            {
            }
        }
        Assert.InRange(readable, 50, 2_900);
    }

    [JudgedTheory(Judge.DuckDb)]
    [InlineData("")]
    [InlineData(", SHREDDING {'v': 'BIGINT'}")]
    [InlineData(", SHREDDING {'v': 'STRUCT(n BIGINT, s VARCHAR, l VARCHAR[], o STRUCT(d DATE, u UUID))'}")]
    public void Variants_by_DuckDB_are_the_JSON_that_it_makes_of_them(string options)
    {
        string path = Path.Combine(_folder, "v.parquet");
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        peer.Execute("SET TimeZone = 'UTC'");
        peer.Execute($$"""
            COPY (SELECT i, CASE i % 7
                WHEN 0 THEN NULL
                WHEN 1 THEN i::VARIANT
                WHEN 2 THEN ('text "' || i)::VARIANT
                WHEN 3 THEN [i::VARIANT, NULL, 'x'::VARIANT, [1.5::DECIMAL(5,2)::VARIANT]]::VARIANT
                WHEN 4 THEN {'n': 'not a number', 'more': i}::VARIANT
                ELSE {'n': i, 's': 'é' || i, 'l': ['a', 'b' || i], 'z': i / 4.0, 'b': i % 2 = 0,
                    'o': {'d': DATE '2024-02-01' + i::INTEGER, 'u': '00000000-0000-4000-8000-000000000001'::UUID,
                          't': TIMESTAMP '2024-02-01 10:20:30.5'} }::VARIANT
                END AS v FROM range(3000) r(i))
                TO '{{path}}' (FORMAT parquet{{options}})
            """);
        PeerResult expected = peer.Run($"SELECT v::JSON FROM '{path}'");
        using ITableSource source = TableSources.Open([path], null, new SourceOptions(), new SourceContext());
        Assert.Equal("i BIGINT, v JSON", source.Schema.ToString());
        List<string> found = FormatsKit.Rows(source, columns: [1]);
        Assert.Equal(3000, found.Count);
        for (int row = 0; row < 3000; row++) AssertSame(expected.Rows[row][0], found[row], $"row {row}");
    }

    [LongFact(Gold)]
    public void Shredded_variants_of_parquet_testing_are_those_of_their_bytes()
    {
        string root = Path.Combine(Repository.Shared!, Gold, "shredded_variant");
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "cases.json")));
        List<string> wrong = [];
        int read = 0, refused = 0;
        foreach (JsonElement entry in cases.RootElement.EnumerateArray())
        {
            if (!entry.TryGetProperty("parquet_file", out JsonElement file)) continue;
            string path = Path.Combine(root, file.GetString()!);
            string?[] binaries = entry.TryGetProperty("variant_file", out JsonElement one) ? [one.GetString()]
                : entry.TryGetProperty("variant_files", out JsonElement all)
                    ? [.. all.EnumerateArray().Select(e => e.GetString())] : [];
            try
            {
                using ITableSource source = TableSources.Open([path], null, new SourceOptions(), new SourceContext());
                List<string> rows = FormatsKit.Rows(source, columns: [source.Schema.IndexOf("var")]);
                read++;
                if (binaries.Length == 0)
                {
                    // Of the errors, types that VARIANT has not but we have are none to us.
                    string message = entry.GetProperty("error_message").GetString()!;
                    if (!message.StartsWith("Unsupported", StringComparison.Ordinal))
                        wrong.Add($"{path}: {string.Join('|', rows)}, and should be an error");
                    continue;
                }
                string[] expected = [.. binaries.Select(b => b is null ? "∅" : TextOf(Path.Combine(root, b)))];
                if (!expected.SequenceEqual(rows))
                    wrong.Add($"{path}: {string.Join('|', rows)}, expected {string.Join('|', expected)}");
            }
            catch (CorruptDataException error)
            {
                refused++;
                if (binaries.Length > 0) wrong.Add($"{path}: {error.Message}");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong\n{string.Join('\n', wrong)}");
        Assert.True(read > 100 && refused == 4, $"{read} read, {refused} refused");
    }

    private static void AssertSame(string? expected, string found, string what)
    {
        if (expected is null || found == "∅")
        {
            Assert.True(expected is null == (found == "∅"), $"{what}: {found}, DuckDB {expected}");
            return;
        }
        bool isSame = JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(found));
        Assert.True(isSame, $"{what}: {found}, DuckDB {expected}");
    }

    /// <summary>The value of a file that has metadata and value one behind the other.</summary>
    private static string TextOf(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int width = (bytes[0] >> 6) + 1;
        int Number(int at) => Enumerable.Range(0, width).Sum(i => bytes[at + i] << (8 * i));
        int offsets = 1 + width, count = Number(1);
        int length = offsets + ((count + 1) * width) + Number(offsets + (count * width));
        return TextOf(bytes[..length], bytes[length..]);
    }

    private static string TextOf(byte[] names, byte[] value)
    {
        VariantPlace place = new("v", "f");
        TextOutput output = new();
        new VariantText(output, VariantMetadata.Read(names, place), place).Append(value);
        return Encoding.UTF8.GetString(output.Written.Span);
    }
}
