using System.Diagnostics;

namespace ColFrag.Tests.Support;

/// <summary>
/// A PostgreSQL server of its own in a folder of the system's temporary ones, on a Unix socket only, to compare answers
/// with. Asked through psql, so that values are text as PostgreSQL prints them.
/// </summary>
sealed class PostgresPeer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-pg").FullName;
    private readonly string _programs = Judge.FindPostgres()!;
    private readonly bool _isRoot = Environment.UserName == "root";

    private PostgresPeer()
    {
    }

    /// <summary>Starts one; it listens when this returns.</summary>
    public static PostgresPeer Start()
    {
        PostgresPeer peer = new();
        if (peer._isRoot) Run("chown", ["postgres", peer._folder], "");
        string data = Path.Combine(peer._folder, "data");
        peer.AsServer(
            "initdb", ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync"]);
        peer.AsServer(
            "pg_ctl",
            ["-D", data, "-w", "-l", Path.Combine(peer._folder, "log"), "-o",
                $"-c listen_addresses='' -k {peer._folder} -F", "start"]);
        return peer;
    }

    /// <summary>
    /// The only value of each expression: its text, "NULL", or "error" and the SQLSTATE.
    /// </summary>
    public string[] Values(IReadOnlyList<string> expressions)
    {
        // psql goes on after an error; one line of output per statement keeps answers and questions together.
        string script = "\\set VERBOSITY sqlstate\nSET TIME ZONE 'UTC';\n" + string.Concat(expressions.Select(
            e => $"\\echo ----\nSELECT coalesce(({e})::text, 'NULL');\n"));
        string output = Run(
            "psql", ["-h", _folder, "-U", "postgres", "-d", "postgres", "-X", "-q", "-A", "-t", "-f", "-"], script);
        return [.. output.Split("----\n")[1..].Select(Answer)];
    }

    /// <summary>
    /// The rows of each query, as texts and null for NULL, after the statements ran; null for a query that PostgreSQL
    /// refuses.
    /// </summary>
    public string?[][]?[] Rows(IEnumerable<string> statements, IReadOnlyList<string> queries)
    {
        const string Null = "<null>";
        string script = "\\set VERBOSITY sqlstate\n\\pset null '" + Null + "'\nSET TIME ZONE 'UTC';\n" +
            "SET client_min_messages = error;\nSET statement_timeout = '30s';\n" +
            string.Concat(statements.Select(s => s + ";\n")) +
            string.Concat(queries.Select(q => $"\\echo ----\n{q};\n"));
        string output = Run(
            "psql",
            ["-h", _folder, "-U", "postgres", "-d", "postgres", "-X", "-q", "-A", "-t", "-F", "\u001f", "-f", "-"],
            script);
        return [.. output.Split("----\n")[1..].Select(answer => answer.Contains("ERROR:", StringComparison.Ordinal)
            ? null
            : answer.Split('\n')[..^1].Select(
                line => line.Split('\u001f').Select(v => v == Null ? null : v).ToArray()).ToArray())];
    }

    public void Dispose()
    {
        AsServer("pg_ctl", ["-D", Path.Combine(_folder, "data"), "-m", "immediate", "stop"]);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Answer(string output)
    {
        int error = output.IndexOf("ERROR:", StringComparison.Ordinal);
        return error < 0 ? output.TrimEnd('\n') : "error " + output[(error + 6)..].Trim();
    }

    private void AsServer(string program, string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (_isRoot) Run("runuser", ["-u", "postgres", "--", path, .. arguments], "");
        else Run(path, arguments, "");
    }

    private static string Run(string program, string[] arguments, string input)
    {
        ProcessStartInfo start = new("sh", ["-c", "exec \"$0\" \"$@\" 2>&1", program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/",
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        // A server that was started inherits the output; its end is the program's, not the stream's.
        return program == "psql" ? output.GetAwaiter().GetResult() : "";
    }
}
