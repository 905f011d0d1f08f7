using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Protocol.Sessions;
using Npgsql;

namespace ColFrag.Benchmarks.Clients;

/// <summary>
/// Many rows to a client that reads every value: Npgsql in binary from PostgreSQL and from ColFrag, and ColFrag's own
/// batches. Servers run already; the CPU time of each is that of its process and the processes below it.
/// </summary>
static class StreamingBenchmark
{
    private const string Query = "SELECT a, b, c, d, e FROM stream_rows";

    /// <param name="postgres">PostgreSQL: port and process.</param>
    /// <param name="server">ColFrag: port and process.</param>
    /// <param name="rows">Rows of the table, which is made where it is not there.</param>
    /// <param name="rounds">How often each is measured, by turns.</param>
    public static async Task RunAsync(
        (int Port, int Process) postgres, (int Port, int Process) server, long rows, int rounds)
    {
        string theirs = $"Host=127.0.0.1;Port={postgres.Port};Username=postgres;Database=postgres;Pooling=false";
        string ours = $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database=colfrag;Pooling=false";
        foreach (string text in (string[])[theirs, ours]) await FillAsync(text, rows);
        Console.WriteLine("round  what                      rows/s     CPU of the server");
        for (int round = 1; round <= rounds; round++)
        {
            await MeasureAsync($"{round,5}  Npgsql and PostgreSQL  ", postgres.Process, () => ReadRowsAsync(theirs));
            await MeasureAsync($"{round,5}  Npgsql and ColFrag     ", server.Process, () => ReadRowsAsync(ours));
            await MeasureAsync(
                $"{round,5}  native batches         ", server.Process, () => ReadBatchesAsync(server.Port));
        }
    }

    private static async Task FillAsync(string text, long rows)
    {
        await using NpgsqlConnection connection = new(text);
        await connection.OpenAsync();
        foreach (string sql in (string[])[
            "DROP TABLE IF EXISTS stream_rows",
            "CREATE TABLE stream_rows (a integer, b bigint, c double precision, d text, e date)",
            $"""
            INSERT INTO stream_rows SELECT x::integer, x * 1000003::bigint, x / 7.0::double precision,
                'customer ' || (x % 100000), DATE '2020-01-01' + (x % 2000)::integer
            FROM generate_series(1, {rows}) AS t(x)
            """])
        {
            await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task MeasureAsync(string name, int process, Func<Task<(long Rows, Func<ValueTask> End)>> read)
    {
        double before = CpuSeconds(process);
        long start = Stopwatch.GetTimestamp();
        (long rows, Func<ValueTask> end) = await read();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // A server with a process for each connection still has it now.
        double cpu = CpuSeconds(process) - before;
        await end();
        Console.WriteLine($"{name} {rows / seconds,11:N0}   {cpu:F2} s");
    }

    private static async Task<(long, Func<ValueTask>)> ReadRowsAsync(string text)
    {
        NpgsqlConnection connection = new(text);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(Query, connection) { CommandTimeout = 0 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        (long rows, long sum) = (0, 0);
        while (await reader.ReadAsync())
        {
            sum += reader.GetInt32(0) + reader.GetInt64(1) + (long)reader.GetDouble(2) + reader.GetString(3).Length
                + reader.GetFieldValue<DateOnly>(4).DayNumber;
            rows++;
        }
        if (sum == 0) throw new InvalidOperationException("Nothing was read.");
        return (rows, connection.DisposeAsync);
    }

    private static async Task<(long, Func<ValueTask>)> ReadBatchesAsync(int port)
    {
        RemoteSession session = await RemoteSession.ConnectAsync($"127.0.0.1:{port}", new SessionOptions());
        await using QueryResult result = await session.ExecuteAsync(Query);
        (long rows, long sum) = (0, 0);
        while (await result.ReadAsync() is { } batch)
        {
            sum += Sum(batch);
            rows += batch.RowCount;
        }
        if (sum == 0) throw new InvalidOperationException("Nothing was read.");
        return (rows, session.DisposeAsync);
    }

    private static long Sum(ResultBatch batch)
    {
        long sum = 0;
        foreach (int a in batch.GetValues<int>(0)) sum += a;
        foreach (long b in batch.GetValues<long>(1)) sum += b;
        foreach (double c in batch.GetValues<double>(2)) sum += (long)c;
        for (int row = 0; row < batch.RowCount; row++) sum += batch.GetUtf8(3, row).Length;
        foreach (int e in batch.GetValues<int>(4)) sum += e;
        return sum;
    }

    /// <summary>CPU time of a process and those below it, as the system counts it: in hundredths of a second.</summary>
    private static double CpuSeconds(int process)
    {
        double ticks = 0;
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id)) continue;
            try
            {
                // The name may have spaces; what follows its bracket has none.
                string line = File.ReadAllText(Path.Combine(folder, "stat"));
                string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
                if (id != process && int.Parse(fields[1]) != process) continue;
                ticks += double.Parse(fields[11]) + double.Parse(fields[12]);
                // Those that ended below it.
                if (id == process) ticks += double.Parse(fields[13]) + double.Parse(fields[14]);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
        return ticks / 100;
    }
}
