using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>Files larger than 31 bits can count, and larger than the memory that may be used.</summary>
public sealed class LargeFilesTests
{
    private const long MemoryLimit = 512L << 20;

    [LongFact]
    public async Task A_row_group_of_more_than_two_gibibytes_is_read_to_its_end()
    {
        const int RowCount = 1_400_000;
        await using LoadFolder folder = new();
        string path = folder.PathOf("large.parquet");
        using (DuckDbPeer duck = DuckDbPeer.Start())
        {
            duck.Execute("SET preserve_insertion_order = true");
            duck.Execute(
                $"COPY (SELECT i, i::VARCHAR || repeat(chr(65 + (i % 26)::INTEGER), 2000) AS t, i * 2 AS j " +
                $"FROM range({RowCount}) r(i)) TO '{path}' " +
                $"(FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE {RowCount * 2})");
        }
        Assert.True(new FileInfo(path).Length > 2L << 30);
        string expected = $"{RowCount}|{(long)RowCount * (RowCount - 1) / 2}|{(long)RowCount * (RowCount - 1)}|" +
            $"{(RowCount * 2000L) + Enumerable.Range(0, RowCount).Sum(i => (long)i.ToString("D", null).Length)}";
        Assert.Equal(
            [expected], await folder.RowsAsync($"SELECT count(*), sum(i), sum(j), sum(length(t)) FROM '{path}'"));
        const int Last = RowCount - 1;
        Assert.Equal(
            [$"{Last}|{Last * 2}|{Last}"],
            await folder.RowsAsync($"SELECT i, j, substr(t, 1, 7) FROM '{path}' WHERE i = {Last}"));
    }

    [LongFact]
    public async Task Ten_gigabytes_of_CSV_are_loaded_within_a_memory_limit_of_512_MB()
    {
        const int Repeats = 240;
        string folder = Directory.CreateTempSubdirectory("colfrag-large").FullName;
        try
        {
            string path = Path.Combine(folder, "large.csv");
            (long rows, long sum) = await WriteAsync(path, Repeats);
            Assert.True(new FileInfo(path).Length > 10_000_000_000);
            await using Database database = Database.Open(
                Path.Combine(folder, "data"), new DatabaseOptions { Threads = 2, MemoryLimitBytes = MemoryLimit });
            await using Connection connection = database.Connect();
            await connection.RunAsync(
                "CREATE TABLE t (id BIGINT, word VARCHAR, amount DECIMAL(12,2), day DATE, note VARCHAR)");
            Task<long> load = connection.RunAsync($"COPY t FROM '{path}' (HEADER)");
            long most = 0;
            while (await Task.WhenAny(load, Task.Delay(50)) != load) most = Math.Max(most, database.MemoryUsedBytes);
            Assert.Equal(rows, await load);
            Assert.InRange(most, 1, MemoryLimit);
            Value[] row = (await connection.QueryAsync("SELECT count(*), sum(id) FROM t"))[0];
            Assert.Equal($"{rows}|{(Int128)sum * Repeats}", $"{row[0]}|{row[1]}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes the same half million rows again and again; returns all rows, and the sum of one time.</summary>
    private static async Task<(long Rows, long Sum)> WriteAsync(string path, int repeats)
    {
        const int BlockRows = 500_000;
        MemoryStream block = new();
        await using (StreamWriter writer = new(block, leaveOpen: true))
        {
            for (int i = 0; i < BlockRows; i++)
            {
                await writer.WriteAsync(FormattableString.Invariant(
                    $"{i * 7919L},word {i % 997},{i % 100_000}.{i % 90 + 10},2024-0{(i % 9) + 1}-1{i % 10},"));
                await writer.WriteAsync(FormattableString.Invariant(
                    $"\"a note of some length, with a comma; {i * 31} and {i % 1013} and the rest of it, {i}\"\n"));
            }
        }
        await using FileStream file = new(path, FileMode.CreateNew);
        await file.WriteAsync("id,word,amount,day,note\n"u8.ToArray());
        for (int i = 0; i < repeats; i++) await file.WriteAsync(block.GetBuffer().AsMemory(0, (int)block.Length));
        return ((long)BlockRows * repeats, Enumerable.Range(0, BlockRows).Sum(i => i * 7919L));
    }
}
