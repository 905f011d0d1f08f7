using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>
/// What goes wrong with input and disks: one clear error each (what, where, what to do), nothing of the load visible,
/// and the process goes on.
/// </summary>
public sealed class BadInputTests
{
    private static readonly string s_flights = Repository.PathOf("datasets", "flights", "flights.parquet");

    [Fact]
    public async Task A_malformed_row_is_told_by_file_line_column_and_text()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("sales.csv", "id,amount\n1,2.50\n2,3.x\n3,4\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER, amount DECIMAL(9, 2))");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{path}'");
        Assert.Equal(SqlStates.InvalidTextRepresentation, error.SqlState);
        Assert.Equal($"CSV: cannot read '3.x' as DECIMAL(9,2): {path} line 3, column 2 (amount)", error.Message);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task The_first_bad_row_is_told_whatever_is_wrong_with_later_ones()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("t.csv", "id,name\n1,a\nx,b\n3,c,d\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER, name VARCHAR)");
        Assert.Contains("line 3", (await folder.FailsAsync($"COPY t FROM '{path}'")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(-1)]
    [InlineData(-8)]
    public async Task A_truncated_Parquet_file_is_refused(int length)
    {
        await using LoadFolder folder = new();
        byte[] whole = await File.ReadAllBytesAsync(s_flights);
        string path = folder.Write("cut.parquet", whole[..(length < 0 ? whole.Length + length : length)]);
        await folder.RunAsync($"CREATE TABLE t AS SELECT * FROM '{s_flights}' LIMIT 0");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{path}'");
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task A_damaged_Parquet_page_is_told_with_its_place()
    {
        await using LoadFolder folder = new();
        byte[] bytes = await File.ReadAllBytesAsync(s_flights);
        bytes.AsSpan(bytes.Length / 2, 20_000).Clear();
        string path = folder.Write("bad.parquet", bytes);
        await folder.RunAsync($"CREATE TABLE t AS SELECT * FROM '{s_flights}' LIMIT 0");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{path}'");
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        Assert.Matches(@"bad\.parquet at byte \d+", error.Message);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task Unknown_columns_and_types_that_do_not_fit_are_told()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("t.csv", "id,name\n1,a\n");
        await folder.RunAsync("CREATE TABLE t (id DATE, name VARCHAR)");
        QueryException unknown =
            Assert.IsType<QueryException>(await folder.FailsAsync($"COPY t (id, nam) FROM '{path}'"));
        Assert.Equal((SqlStates.UndefinedColumn, 12), (unknown.SqlState, unknown.Position));
        Assert.Contains("name", unknown.Hint, StringComparison.Ordinal);
        ColFragException mismatch = await folder.FailsAsync($"COPY t FROM '{path}'");
        Assert.Contains("cannot read '1' as DATE", mismatch.Message, StringComparison.Ordinal);
        ColFragException more =
            await folder.FailsAsync($"COPY t FROM '{folder.Write("m.csv", "id,name,more\n1,a,b\n")}'");
        Assert.Contains("m.csv", more.Message, StringComparison.Ordinal);
        ColFragException types = await folder.FailsAsync($"INSERT INTO t SELECT 1.5, name FROM '{path}'");
        Assert.Equal(SqlStates.DatatypeMismatch, types.SqlState);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        await using LoadFolder folder = new();
        await folder.RunAsync("CREATE TABLE t (a INTEGER)");
        ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(
            () => folder.RunAsync($"COPY t FROM '{folder.PathOf("no.csv")}'"));
        Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
        Assert.Contains("no.csv", error.Message, StringComparison.Ordinal);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task A_full_disk_undoes_the_load_and_the_next_one_fits()
    {
        MemoryFileSystem disk = new();
        await using LoadFolder folder =
            new(await Database.OpenAsync(disk, "disk", new DatabaseOptions { Threads = 2 }));
        await folder.RunAsync($"CREATE TABLE t AS SELECT * FROM '{s_flights}' LIMIT 0");
        disk.Capacity = 300_000;
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{s_flights}'");
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        await AssertEmptyAndAlive(folder);
        disk.Capacity = long.MaxValue;
        Assert.Equal(966_409, await folder.RunAsync($"COPY t FROM '{s_flights}'"));
    }

    [SmallDiskFact]
    public async Task A_full_disk_of_the_system_undoes_the_load_too()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 2);
        await using LoadFolder folder =
            new(await Database.OpenAsync(disk.PathOf("db"), new DatabaseOptions { Threads = 2 }));
        await folder.RunAsync($"CREATE TABLE t AS SELECT * FROM '{s_flights}' LIMIT 0");
        ColFragException error = await folder.FailsAsync($"COPY t FROM '{s_flights}'");
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        Assert.Contains(disk.PathOf("db"), error.Message, StringComparison.Ordinal);
        await AssertEmptyAndAlive(folder);
    }

    [Fact]
    public async Task A_folder_of_a_newer_format_is_refused_and_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-new").FullName;
        try
        {
            (await Database.OpenAsync(folder)).Dispose();
            string identity = Path.Combine(folder, StorePaths.Identity);
            byte[] bytes = await File.ReadAllBytesAsync(identity);
            bytes[8] = 200;
            await File.WriteAllBytesAsync(identity, bytes);
            ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(() => Database.OpenAsync(folder));
            Assert.Contains("200", error.Message, StringComparison.Ordinal);
            Assert.False(string.IsNullOrEmpty(error.Hint));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(identity));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AssertEmptyAndAlive(LoadFolder folder)
    {
        Assert.Equal(["0"], await folder.RowsAsync("SELECT count(*) FROM t"));
        Assert.Equal(["3"], await folder.RowsAsync("SELECT 1 + 2"));
    }
}
