using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>Files into tables, through every statement that reads them.</summary>
public sealed class CopyTests
{
    private const string Rows = "id,name\n1,one\n2,\"two, too\"\n3,\n";

    [Fact]
    public async Task One_corpus_gives_the_same_rows_through_every_statement()
    {
        await using LoadFolder folder = new();
        folder.Write("parts/a.csv", Rows);
        folder.Write("parts/b.csv", "id,name\n4,four\n");
        folder.Write("parts/_SUCCESS", "");
        string pattern = folder.PathOf("parts/*.csv");
        string list = $"['{folder.PathOf("parts/a.csv")}', '{folder.PathOf("parts/b.csv")}']";
        string[] expected = ["1|one", "2|two, too", "3|NULL", "4|four"];
        foreach (string made in (string[])
            [$"SELECT * FROM read_csv('{pattern}')", $"SELECT * FROM '{pattern}'", $"FROM read_csv({list})"])
        {
            Assert.Equal(expected, (await folder.RowsAsync(made)).Order(StringComparer.Ordinal));
            await folder.RunAsync($"CREATE OR REPLACE TABLE t AS {made}");
            Assert.Equal(expected, await folder.RowsAsync("SELECT * FROM t ORDER BY id"));
        }
        foreach (string fill in (string[])
            [
                $"COPY t FROM '{pattern}'", $"COPY t FROM {list} (FORMAT csv, HEADER)",
                $"INSERT INTO t SELECT * FROM read_csv('{pattern}')", $"INSERT INTO t FROM '{pattern}'",
            ])
        {
            await folder.RunAsync("TRUNCATE t");
            Assert.Equal(4, await folder.RunAsync(fill));
            Assert.Equal(expected, await folder.RowsAsync("SELECT * FROM t ORDER BY id"));
        }
        await folder.RunAsync("TRUNCATE t");
        await folder.CopyAsync(
            "COPY t FROM STDIN (FORMAT csv, HEADER)", System.Text.Encoding.UTF8.GetBytes(Rows + "4,four\n"));
        Assert.Equal(expected, await folder.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task The_types_of_the_table_win_over_guesses()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("codes.csv", "code,n\n1.50,1\n2.5,2\n");
        await folder.RunAsync("CREATE TABLE t (code VARCHAR, n INTEGER)");
        await folder.RunAsync($"INSERT INTO t SELECT * FROM read_csv('{path}')");
        await folder.RunAsync($"COPY t FROM '{path}'");
        await folder.RunAsync($"INSERT INTO t (n, code) SELECT n, code FROM read_csv('{path}', all_varchar = false)");
        // The last statement chooses columns, so that the reader guesses, and 1.50 is a number to it.
        Assert.Equal(
            ["1.5|1", "1.50|1", "1.50|1", "2.5|2", "2.5|2", "2.5|2"],
                await folder.RowsAsync("SELECT * FROM t ORDER BY code, n"));
    }

    [Fact]
    public async Task Folders_give_columns_and_files_their_names()
    {
        await using LoadFolder folder = new();
        folder.Write("s/year=2023/month=1/a.csv", "v\n1\n");
        folder.Write("s/year=2024/month=2/b.csv", "v\n2\n");
        string pattern = folder.PathOf("s/**/*.csv");
        Assert.Equal(
            ["1|2023|1|a.csv", "2|2024|2|b.csv"],
            (await folder.RowsAsync(
                $"SELECT v, year, month, right(filename, 5) FROM read_csv('{pattern}', filename = true)"))
                .Order(StringComparer.Ordinal));
        Assert.Equal(["2"], await folder.RowsAsync($"SELECT v FROM '{pattern}' WHERE year = 2024"));
    }

    [Fact]
    public async Task Files_of_other_columns_are_joined_by_name_where_asked()
    {
        await using LoadFolder folder = new();
        string a = folder.Write("a.csv", "x,y\n1,a\n"), b = folder.Write("b.csv", "z,x\n2.5,300000000000\n");
        ColFragException refused = await folder.FailsAsync($"SELECT * FROM read_csv(['{a}', '{b}'])");
        Assert.Contains("union_by_name", refused.Hint, StringComparison.Ordinal);
        Assert.Equal(
            ["1|a|NULL", "300000000000|NULL|2.5"],
            (await folder.RowsAsync($"SELECT x, y, z FROM read_csv(['{a}', '{b}'], union_by_name = true)"))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_sniffed_is_shown_as_a_call_that_reads_the_same()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("d.csv", "day;n;note\n31.12.2024;1;'a;b'\n01.02.2025;2;'it''s'\n");
        string[] sniffed = await folder.RowsAsync(
            $"SELECT delimiter, quote, has_header, skip FROM sniff_csv('{path}')");
        Assert.Equal([";|'|true|0"], sniffed);
        string call = (await folder.RowsAsync($"SELECT call FROM sniff_csv('{path}')"))[0];
        Assert.Equal(await folder.RowsAsync($"FROM '{path}'"), await folder.RowsAsync(call));
        Assert.Contains("'day': 'DATE'", call, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_rows_are_rows_of_a_table()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("bad.csv", "id,name\n1,a\nx,b\n3,c,d\n4,e\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER, name VARCHAR)");
        IReadOnlyList<string> notices =
            await folder.NoticesAsync($"COPY t FROM '{path}' (ON_ERROR store, LOAD_ID 'monday')");
        Assert.Contains("4 rows read = 2 loaded + 2 rejected.", notices);
        Assert.Equal(["1|a", "4|e"], await folder.RowsAsync("SELECT * FROM t ORDER BY id"));
        Assert.Equal(
            [$"monday|{path}|3|12|id|x,b", $"monday|{path}|4|16|NULL|3,c,d"],
            await folder.RowsAsync(
                "SELECT load_id, file, line, byte_offset, column_name, raw_text FROM t_rejects ORDER BY line"));
        Assert.Equal(
            ["monday|done|4|2|2"],
            await folder.RowsAsync("SELECT load_id, state, rows_read, rows_loaded, rows_rejected FROM colfrag_loads"));
    }

    [Fact]
    public async Task Rejects_go_with_the_load_that_is_undone()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("bad.csv", "id\n1\nx\n3\ny\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{path}' (ON_ERROR store, MAX_ERRORS 1)");
        Assert.Contains("more than 1 rows were rejected", error.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await folder.RowsAsync("SELECT count(*) FROM t"));
        Assert.Equal(["t"],
            await folder.RowsAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"));
        await folder.RunAsync($"COPY t FROM '{path}' (ON_ERROR skip, MAX_ERRORS 2)");
        Assert.Equal(["1", "3"], await folder.RowsAsync("SELECT id FROM t ORDER BY id"));
        // A load without rejects leaves no empty table of them.
        await folder.RunAsync($"COPY t FROM '{folder.Write("good.csv", "id\n5\n")}' (ON_ERROR store)");
        Assert.Equal(["t"],
            await folder.RowsAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"));
    }

    [Fact]
    public async Task Rejects_of_many_loads_share_a_named_table()
    {
        await using LoadFolder folder = new();
        string text = "id\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => i % 2 == 0 ? $"{i}\n" : $"x{i}\n"));
        string path = folder.Write("half.csv", text);
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        for (int i = 0; i < 2; i++)
        {
            await folder.RunAsync($"COPY t FROM '{path}' (ON_ERROR store, REJECTS_TABLE 'lost')");
        }
        Assert.Equal(["5000|2"], await folder.RowsAsync("SELECT count(*), count(DISTINCT load_id) FROM lost"));
        ColFragException wrong = await folder.FailsAsync($"COPY t FROM '{path}' (ON_ERROR store, REJECTS_TABLE 't')");
        Assert.Contains("rejects_table", wrong.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_keep_their_rejects_for_the_session()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("bad.csv", "id,name\n1,a\nx,b\n");
        string read =
            $"read_csv('{path}', columns = {{'id': 'INTEGER', 'name': 'VARCHAR'}}, header = true, on_error = 'store')";
        Assert.Equal(["1|a"], await folder.RowsAsync($"SELECT * FROM {read}"));
        Assert.Equal(["3|id|x,b"], await folder.RowsAsync("SELECT line, column_name, raw_text FROM colfrag_rejects"));
        using Connection other = folder.Another();
        Assert.Empty(await other.QueryAsync("SELECT * FROM colfrag_rejects"));
    }

    [Fact]
    public async Task Keys_that_a_JSON_value_has_twice_are_told()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("k.jsonl", "{\"a\":1,\"a\":2}\n{\"a\":3,\"b\":4,\"a\":5}\n");
        await folder.RunAsync("CREATE TABLE t (a INTEGER, b INTEGER)");
        string notice = Assert.Single(await folder.NoticesAsync($"COPY t FROM '{path}'"));
        Assert.Contains("key 'a' is there more than once", notice, StringComparison.Ordinal);
        Assert.Equal(["1|NULL", "3|4"], await folder.RowsAsync("FROM t ORDER BY a"));
    }

    [Fact]
    public async Task Rejects_are_also_in_the_tables_that_DuckDB_has_for_them()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("bad.csv", "name,age\nPedro,31\nOogie Boogie, three\nLost\nToo,1,2\n");
        string columns = "columns = {'name': 'VARCHAR', 'age': 'INTEGER'}, header = true";
        await folder.RunAsync($"SELECT * FROM read_csv('{path}', {columns}, store_rejects = true)");
        const string Errors = "line, line_byte_position, byte_position, column_idx, column_name, error_type, csv_line";
        string[] errors =
        [
            "3|19|32|2|age|CAST|Oogie Boogie, three", "4|39|39|NULL|NULL|MISSING COLUMNS|Lost",
            "5|44|44|NULL|NULL|TOO MANY COLUMNS|Too,1,2",
        ];
        Assert.Equal(errors, await folder.RowsAsync($"SELECT {Errors} FROM reject_errors ORDER BY line"));
        Assert.Equal(
            [$"{path}|,|\"|\"|\\n|0|true|{{'name': 'VARCHAR', 'age': 'INTEGER'}}|3"],
            await folder.RowsAsync("""
                SELECT file_path, delimiter, quote, escape, newline_delimiter, skip_rows, has_header, columns, count(*)
                FROM reject_scans JOIN reject_errors USING (scan_id, file_id) GROUP BY ALL
                """));
        // The call may name them, which asks for rejects by itself.
        await folder.RunAsync(
            $"SELECT * FROM read_csv('{path}', {columns}, rejects_table = 'lost', rejects_scan = 'how')");
        Assert.Equal(errors, await folder.RowsAsync($"SELECT {Errors} FROM lost ORDER BY line"));
        Assert.Equal(["1"], await folder.RowsAsync("SELECT count(*) FROM how"));
        await folder.RunAsync("CREATE TABLE t (name VARCHAR, age INTEGER)");
        await folder.RunAsync($"COPY t FROM '{path}' (HEADER, REJECTS_TABLE 'kept')");
        Assert.Equal(["3"], await folder.RowsAsync("SELECT count(*) FROM kept"));
        Assert.Equal(errors, await folder.RowsAsync($"SELECT {Errors} FROM reject_errors ORDER BY line"));
    }

    [Fact]
    public async Task How_NULL_and_dates_are_written_is_found_whatever_the_table_says()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("w.csv", "day,temp,note\n31.12.2024,NA,NA\n01.02.2025,2.5,x\n");
        await folder.RunAsync("CREATE TABLE t (day DATE, temp REAL, note VARCHAR)");
        await folder.RunAsync($"COPY t FROM '{path}'");
        Assert.Equal(
            ["2024-12-31|NULL|NA", "2025-02-01|2.5|x"], await folder.RowsAsync("SELECT * FROM t ORDER BY day"));
    }

    [Fact]
    public async Task No_row_is_lost_before_a_change_of_dialect()
    {
        // duckdb#25827: header and first row vanished there, because the last line looks like another dialect.
        await using LoadFolder folder = new();
        string path = folder.Write("three.csv", "a,b\n1,2\n3;4\n");
        await folder.RunAsync("CREATE TABLE t (a VARCHAR, b VARCHAR)");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{path}'");
        Assert.Contains("line 3", error.Message, StringComparison.Ordinal);
        IReadOnlyList<string> notices = await folder.NoticesAsync($"COPY t FROM '{path}' (ON_ERROR skip)");
        Assert.Contains("2 rows read = 1 loaded + 1 rejected.", notices);
    }

    [Fact]
    public async Task A_client_sends_any_format_under_a_name()
    {
        await using LoadFolder folder = new();
        byte[] parquet = await File.ReadAllBytesAsync(
            Repository.PathOf("datasets", "flights", "flights.parquet"));
        string schema = $"SELECT * FROM '{folder.Write("f.parquet", parquet)}'";
        await folder.RunAsync($"CREATE TABLE t AS {schema} LIMIT 0");
        Assert.Equal(966_409, await folder.CopyAsync("COPY t FROM STDIN (INPUT_NAME 'f.parquet')", parquet));
        await folder.RunAsync("CREATE TABLE c (a INTEGER)");
        ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(
            () => folder.CopyAsync("COPY c FROM STDIN (INPUT_NAME 'mine.csv')", "a\n1\nx\n"u8.ToArray()));
        Assert.Contains("mine.csv line 3", error.Message, StringComparison.Ordinal);
    }
}
