using System.Diagnostics;
using System.Text.Json;

namespace ColFrag.Tests.Support;

/// <summary>What a second database answered: names, types as it prints them, and rows of text, null for NULL.</summary>
sealed record PeerResult(double Milliseconds, string[] Columns, string[] Types, string?[][] Rows);

/// <summary>
/// DuckDB in a process of its own (tests/interop/duckdb-peer.mjs), to compare answers and times with.
/// </summary>
sealed class DuckDbPeer : IDisposable
{
    private readonly Process _process;

    private DuckDbPeer(Process process) => _process = process;

    /// <summary>Starts one; in memory unless a file is named.</summary>
    public static DuckDbPeer Start(int threads = 2, string path = ":memory:")
    {
        ProcessStartInfo start = new("node", [Repository.PathOf("tests", "interop", "duckdb-peer.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.PathOf("tests", "interop"),
        };
        DuckDbPeer peer = new(Process.Start(start)!);
        peer.Ask(new { op = "open", threads, path });
        return peer;
    }

    /// <summary>Runs a query and brings its rows.</summary>
    public PeerResult Run(string sql)
    {
        JsonElement reply = Ask(new { op = "run", sql });
        return new PeerResult(
            reply.GetProperty("ms").GetDouble(), Strings(reply.GetProperty("columns"))!,
            Strings(reply.GetProperty("types"))!,
            [.. reply.GetProperty("rows").EnumerateArray().Select(Strings)]);
    }

    /// <summary>Runs a statement and gives its milliseconds inside DuckDB; rows are made and dropped there.</summary>
    public double Execute(string sql) => Ask(new { op = "exec", sql }).GetProperty("ms").GetDouble();

    /// <summary>CPU time of the process so far, in milliseconds.</summary>
    public double CpuMilliseconds() => Ask(new { op = "cpu" }).GetProperty("ms").GetDouble();

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000)) _process.Kill();
        _process.Dispose();
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];

    private JsonElement Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("DuckDB's process ended.");
        JsonElement reply = JsonDocument.Parse(line).RootElement;
        return reply.GetProperty("ok").GetBoolean()
            ? reply
            : throw new InvalidOperationException($"DuckDB: {reply.GetProperty("error").GetString()}");
    }
}
