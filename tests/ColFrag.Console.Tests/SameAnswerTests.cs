using System.IO.Compression;
using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Tests;

/// <summary>
/// One corpus of files through every entry: queries over files, COPY, INSERT, CREATE TABLE AS, the client's stream,
/// <c>colfrag load</c> and <c>colfrag -c</c>. Rows, types, rejects and errors are the same.
/// </summary>
public sealed class SameAnswerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-same").FullName;

    public static TheoryData<string> Readable => NamesOf(s_corpus.Keys);

    public static TheoryData<string> Unreadable => NamesOf(s_broken.Keys);

    public static TheoryData<string> Rejecting => NamesOf(s_broken.Where(b => b.Value.KeepsRows).Select(b => b.Key));

    /// <summary>Files with rows in them: what is written, how it is named, and the options that it needs.</summary>
    private static readonly Dictionary<string, Corpus> s_corpus = new()
    {
        ["quotes"] = new("a.csv", "id,note\n1,\"two\nlines\"\n2,\"a \"\"word\"\"\"\n3,\n"),
        ["semicolons"] = new("a.csv", "1;'a;b';2024-05-01\n2;'';2024-05-02\n") { Options = { ["quote"] = "''''" } },
        ["tabs and carriage returns"] = new("a.tsv", "id\tv\r\n1\t\\N\r\n2\tx\r\n")
        {
            Options = { ["nullstr"] = "'\\N'" },
        },
        ["trailing delimiters"] = new("region.tbl", "0|AFRICA|lar deposits|\n1|AMERICA|hs use ironic|\n"),
        ["bars without a header"] = new("a.csv", "1|2.50|true\n2|3.75|false\n")
        {
            Options = { ["header"] = "'false'" },
        },
        ["UTF-16"] = new("a.csv", Encoding.Unicode.GetPreamble().Concat(
            Encoding.Unicode.GetBytes("id,name\n1,Zoë\n2,Łódź\n"))),
        ["Latin-1"] = new("a.csv", Encoding.Latin1.GetBytes("id,name\n1,Zoë\n"))
        {
            Options = { ["encoding"] = "'latin-1'" },
        },
        ["comments"] = new("a.csv", "# made by hand\nid,v\n1,2\n# more\n3,4\n") { Options = { ["comment"] = "'#'" } },
        ["ragged rows"] = new("a.csv", "a,b,c\n1,2\n3,4,5\n6\n") { Options = { ["null_padding"] = "'true'" } },
        ["given types"] = new("a.csv", "id,code\n1,007\n2,042\n") { Options = { ["types"] = "{'code': 'VARCHAR'}" } },
        ["gzip"] = new("a.csv.gz", Zip("id,v\n1,2.5\n2,3.5\n", s => new GZipStream(s, CompressionLevel.Fastest))),
        ["brotli"] = new("a.csv.br", Zip("id,v\n1,2.5\n", s => new BrotliStream(s, CompressionLevel.Fastest))),
        ["several files"] = new("*.csv", "id,v\n1,a\n")
        {
            More = { ["b.csv"] = "id,v\n2,b\n", ["_c.csv"] = "no,row\n" },
        },
        ["files of other columns"] = new("*.csv", "id,v\n1,a\n")
        {
            More = { ["b.csv"] = "w,id\n2.5,2\n" }, Options = { ["union_by_name"] = "'true'" },
        },
        ["names of files"] = new("*.csv", "id\n1\n")
        {
            More = { ["b.csv"] = "id\n2\n" }, Options = { ["filename"] = "'true'" },
        },
        ["folders with keys"] = new("year=2023/*.csv", "id\n1\n"),
        ["JSON lines"] = new(
            "a.json", "{\"id\":1,\"tags\":[\"a\",\"b\"],\"at\":{\"x\":1.5}}\n{\"id\":2,\"tags\":[]}\n"),
        ["a JSON array"] = new("a.json", "[{\"id\":1,\"day\":\"2024-05-01\"},\n {\"id\":2,\"day\":null}]"),
        ["Parquet"] = new("a.parquet", "") { Written = "FORMAT parquet, COMPRESSION zstd" },
        ["Arrow"] = new("a.arrow", "") { Written = "FORMAT arrow" },
        ["zstd"] = new("a.csv.zst", "") { Written = "FORMAT csv, HEADER, COMPRESSION zstd" },
        ["lz4"] = new("a.csv.lz4", "") { Written = "FORMAT csv, HEADER, COMPRESSION lz4" },
        ["a name that says nothing"] = new("data", "") { Written = "FORMAT parquet" },
    };

    private static readonly Dictionary<string, Corpus> s_broken = new()
    {
        ["a value of another type"] = new("a.csv", "id,v\n1,2\n2,many\n3,4\n")
        {
            Table = "id BIGINT, v BIGINT", KeepsRows = true,
        },
        ["a row that is too long"] = new("a.csv", "id,v\n1,2\n2,3,4\n5,6\n")
        {
            Table = "id BIGINT, v BIGINT", KeepsRows = true,
        },
        ["a bad row in the second file"] = new("*.csv", "id,v\n1,2\n")
        {
            More = { ["b.csv"] = "id,v\n3,4\n\n5,x\n" }, Table = "id BIGINT, v BIGINT", KeepsRows = true,
        },
        ["text that is no UTF-8"] = new("a.csv", "id,v\n1,a\n2,"u8.ToArray().Concat<byte>([0xFF, 0xFE, 10]))
        {
            Table = "id BIGINT, v VARCHAR", KeepsRows = true,
        },
        ["a JSON value of another type"] = new("a.json", "{\"id\":1}\n{\"id\":\"x\"}\n")
        {
            Table = "id BIGINT", KeepsRows = true,
        },
        ["a Parquet file that is cut off"] = new("a.parquet", "PAR1 and nothing else") { Table = "id BIGINT" },
        ["an absent file"] = new("a.csv", "") { IsAbsent = true, Table = "id BIGINT" },
        ["an unknown option"] = new("a.csv", "id\n1\n") { Options = { ["colour"] = "'red'" }, Table = "id BIGINT" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Every_entry_reads_the_same_rows(string name)
    {
        Corpus corpus = s_corpus[name];
        await WriteAsync(corpus);
        string path = PathOf(corpus.Pattern), call = corpus.CallOf(path);
        await using Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        string[] rows = await RowsAsync(connection, $"FROM {call} ORDER BY ALL");
        string[] types = await RowsAsync(connection, $"SELECT column_name, column_type FROM (DESCRIBE FROM {call})");
        Assert.NotEmpty(rows);

        await connection.RunAsync($"CREATE TABLE made AS FROM {call}");
        await connection.RunAsync("CREATE TABLE copied AS FROM made LIMIT 0");
        await connection.RunAsync("CREATE TABLE inserted AS FROM made LIMIT 0");
        await connection.RunAsync($"COPY copied FROM '{path}'{corpus.CopyOptions()}");
        await connection.RunAsync($"INSERT INTO inserted FROM {call}");
        foreach (string table in (string[])["made", "copied", "inserted"])
        {
            Assert.Equal(rows, await RowsAsync(connection, $"FROM {table} ORDER BY ALL"));
            Assert.Equal(
                types, await RowsAsync(connection, $"SELECT column_name, column_type FROM (DESCRIBE {table})"));
        }
        if (corpus.More.Count == 0 && !corpus.Pattern.Contains('*', StringComparison.Ordinal))
        {
            await connection.RunAsync("CREATE TABLE sent AS FROM made LIMIT 0");
            using MemoryStream input = new(await File.ReadAllBytesAsync(path));
            connection.CopyInput = input;
            await connection.RunAsync($"COPY sent FROM STDIN{corpus.CopyOptions($"input_name '{corpus.Pattern}'")}");
            Assert.Equal(rows, await RowsAsync(connection, "FROM sent ORDER BY ALL"));
        }

        string data = Path.Combine(_folder, "data");
        (int code, string output) = CommandProcess.Run(
            ["load", "t", path, "--data", data, "--quiet", .. corpus.CommandOptions()]);
        Assert.True(code == 0, output);
        await using Database loaded = await Database.OpenAsync(data);
        using Connection there = loaded.Connect();
        Assert.Equal(rows, await RowsAsync(there, "FROM t ORDER BY ALL"));
        Assert.Equal(types, await RowsAsync(there, "SELECT column_name, column_type FROM (DESCRIBE t)"));
        if (name is not ("quotes" or "JSON lines" or "Parquet")) return;
        (code, output) = CommandProcess.Run(":memory:", "--format", "jsonl", "-c", $"FROM {call} ORDER BY ALL");
        Assert.True(code == 0, output);
        Assert.Equal(rows.Length, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Every_entry_tells_the_same_error(string name)
    {
        Corpus corpus = s_broken[name];
        await WriteAsync(corpus);
        string path = PathOf(corpus.Pattern), call = corpus.CallOf(path);
        await using Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE t ({corpus.Table})");
        ColFragException copied = await Assert.ThrowsAnyAsync<ColFragException>(
            () => connection.RunAsync($"COPY t FROM '{path}'{corpus.CopyOptions()}"));
        ColFragException inserted = await Assert.ThrowsAnyAsync<ColFragException>(
            () => connection.RunAsync($"INSERT INTO t FROM {call}"));
        Assert.Equal((copied.SqlState, copied.Message), (inserted.SqlState, inserted.Message));
        Assert.Equal(["0"], await RowsAsync(connection, "SELECT count(*) FROM t"));

        string data = Path.Combine(_folder, "data");
        (int code, string output) = CommandProcess.Run(data, "-c", $"CREATE TABLE t ({corpus.Table})");
        Assert.True(code == 0, output);
        (code, output) = CommandProcess.Run(["load", "t", path, "--data", data, "--quiet", .. corpus.CommandOptions()]);
        Assert.Equal(1, code);
        Assert.Contains(copied.Message, output, StringComparison.Ordinal);
        (code, output) = CommandProcess.Run(data, "-c", $"INSERT INTO t FROM {call}");
        Assert.Equal(1, code);
        Assert.Contains(copied.Message, output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Rejecting))]
    public async Task Every_entry_rejects_the_same_rows(string name)
    {
        const string Rejects = "file, line, byte_offset, column_name, message, raw_text";
        Corpus corpus = s_broken[name];
        await WriteAsync(corpus);
        string path = PathOf(corpus.Pattern);
        await using Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE t ({corpus.Table})");
        await connection.RunAsync($"CREATE TABLE u ({corpus.Table})");
        await connection.RunAsync($"COPY t FROM '{path}' (on_error 'store')");
        string[] rows = await RowsAsync(connection, "FROM t ORDER BY ALL");
        string[] rejects = await RowsAsync(connection, $"SELECT {Rejects} FROM t_rejects ORDER BY ALL");
        Assert.NotEmpty(rejects);
        await connection.RunAsync($"INSERT INTO u FROM {corpus.CallOf(path, "on_error = 'store'")}");
        Assert.Equal(rows, await RowsAsync(connection, "FROM u ORDER BY ALL"));
        Assert.Equal(rejects, await RowsAsync(connection, $"SELECT {Rejects} FROM colfrag_rejects ORDER BY ALL"));

        string data = Path.Combine(_folder, "data");
        (int code, string output) = CommandProcess.Run(data, "-c", $"CREATE TABLE t ({corpus.Table})");
        Assert.True(code == 0, output);
        (code, output) = CommandProcess.Run("load", "t", path, "--data", data, "--quiet", "--on-error", "store");
        Assert.True(code == 3, output);
        await using Database loaded = await Database.OpenAsync(data);
        using Connection there = loaded.Connect();
        Assert.Equal(rows, await RowsAsync(there, "FROM t ORDER BY ALL"));
        Assert.Equal(rejects, await RowsAsync(there, $"SELECT {Rejects} FROM t_rejects ORDER BY ALL"));
    }

    private static TheoryData<string> NamesOf(IEnumerable<string> names)
    {
        TheoryData<string> data = new();
        foreach (string name in names) data.Add(name);
        return data;
    }

    private static byte[] Zip(string text, Func<Stream, Stream> compress)
    {
        using MemoryStream target = new();
        using (Stream stream = compress(target)) stream.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    private string PathOf(string name) => Path.Combine(_folder, "files", name);

    private async Task WriteAsync(Corpus corpus)
    {
        string first = PathOf(corpus.Pattern.Replace("*", "a", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.GetDirectoryName(first)!);
        if (corpus.IsAbsent) return;
        if (corpus.Written is { } options)
        {
            await using Database database = await Database.OpenAsync(":memory:");
            using Connection connection = database.Connect();
            await connection.RunAsync(
                "COPY (SELECT i AS id, i % 3 = 0 AS third, 'row ' || i AS note, i / 4.0 AS share FROM range(500) r(i)) "
                + $"TO '{first}' ({options})");
            return;
        }
        await File.WriteAllBytesAsync(first, corpus.Content);
        foreach ((string name, string text) in corpus.More) await File.WriteAllTextAsync(PathOf(name), text);
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(r => string.Join('|', r.Select(v => v.ToString())))];

    /// <summary>Files, and how they are read.</summary>
    private sealed class Corpus(string pattern, IEnumerable<byte> content)
    {
        public Corpus(string pattern, string content)
            : this(pattern, Encoding.UTF8.GetBytes(content))
        {
        }

        public string Pattern => pattern;

        public byte[] Content { get; } = [.. content];

        /// <summary>Files beside the first one.</summary>
        public Dictionary<string, string> More { get; } = [];

        /// <summary>Options of the reader, as SQL.</summary>
        public Dictionary<string, string> Options { get; } = [];

        /// <summary>Options of the COPY that writes the file; null where its bytes are given.</summary>
        public string? Written { get; init; }

        public string Table { get; init; } = "";

        public bool KeepsRows { get; init; }

        public bool IsAbsent { get; init; }

        public string CallOf(string path, params IEnumerable<string> more)
        {
            string reader = pattern == "data" ? "read_file"
                : pattern.EndsWith(".json", StringComparison.Ordinal) ? "read_json"
                : pattern.EndsWith(".parquet", StringComparison.Ordinal) ? "read_parquet"
                : pattern.EndsWith(".arrow", StringComparison.Ordinal) ? "read_arrow"
                : "read_csv";
            IEnumerable<string> options = Options.Select(o => $"{o.Key} = {o.Value}").Concat(more);
            return $"{reader}({string.Join(", ", options.Prepend($"'{path}'"))})";
        }

        public string CopyOptions(params IEnumerable<string> more)
        {
            string text = string.Join(", ", Options.Select(o => $"{o.Key} {o.Value}").Concat(more));
            return text.Length == 0 ? "" : $" ({text})";
        }

        public IEnumerable<string> CommandOptions()
        {
            foreach ((string name, string sql) in Options)
            {
                string text = sql.StartsWith('\'') ? sql[1..^1].Replace("''", "'", StringComparison.Ordinal) : sql;
                yield return "-o";
                yield return $"{name}={text}";
            }
        }
    }
}
