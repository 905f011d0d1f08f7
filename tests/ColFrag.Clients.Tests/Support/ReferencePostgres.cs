using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ColFrag.Clients.Tests.Support;

/// <summary>A PostgreSQL server of this machine in a folder of its own, to compare answers with.</summary>
sealed class ReferencePostgres : IDisposable
{
    private static readonly string? s_log = Environment.GetEnvironmentVariable("COLFRAG_STATEMENT_LOG");

    private readonly string _folder;
    private readonly Process _process;

    private ReferencePostgres(string folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its user and its database.</summary>
    public const string User = "postgres";

    /// <summary>Starts one; everybody on this machine may connect.</summary>
    public static ReferencePostgres Start()
    {
        // A link on the PATH may stand alone; the other programs lie beside what it points at.
        string initializer = Path.Combine(Judge.FindPostgres()!, "initdb");
        string programs = Path.GetDirectoryName(
            File.ResolveLinkTarget(initializer, returnFinalTarget: true)?.FullName ?? initializer)!;
        string folder = Directory.CreateTempSubdirectory("colfrag-postgres-").FullName;
        // A superuser of the system may not run the server: it gets the user that its package made.
        bool isRoot = Environment.UserName == "root";
        if (isRoot) Run("chown", User, folder);
        string data = Path.Combine(folder, "data");
        Run(As(isRoot, Path.Combine(programs, "initdb"), "-D", data, "-U", User, "-A", "trust", "-E", "UTF8",
            "--locale=C"));
        int port = FreePort();
        string[] server =
        [
            Path.Combine(programs, "postgres"), "-D", data, "-p", $"{port}", "-k", folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", .. Logging(),
        ];
        Process process = Begin(As(isRoot, server), s_log);
        string[] ask = [Path.Combine(programs, "pg_isready"), "-h", "127.0.0.1", "-p", $"{port}", "-t", "30"];
        while (RunCode(ask) != 0)
        {
            Assert.False(process.HasExited, "PostgreSQL did not start.");
        }
        return new ReferencePostgres(folder, process, port);
    }

    public void Dispose()
    {
        // The server is a child of what changed the user, which passes the signal on.
        Run("kill", "-INT", $"{File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First()}");
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] As(bool isRoot, params string[] command) =>
        isRoot ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", .. command] : command;

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    // tests/interop/statements/record.sh takes from it what clients said.
    private static string[] Logging() => s_log is null
        ? []
        :
        [
            "-c", "log_statement=all", "-c", "log_line_prefix=@@%p@%d ", "-c", "log_parameter_max_length=-1",
        ];

    private static Process Begin(string[] command, string? log = null)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (log is not null && line.Data is not null) File.AppendAllText(log, line.Data + "\n");
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Run(params string[] command) =>
        Assert.True(RunCode(command) == 0, $"{string.Join(' ', command)} failed.");

    private static int RunCode(string[] command)
    {
        using Process process = Begin(command);
        process.WaitForExit();
        return process.ExitCode;
    }
}
