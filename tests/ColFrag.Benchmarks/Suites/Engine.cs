using System.Diagnostics;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Suites;

/// <summary>A database to measure: how its process is started.</summary>
/// <param name="Name">Its name on the command line and in file names of query variants.</param>
/// <param name="Program">What runs.</param>
/// <param name="Arguments">With which arguments.</param>
internal sealed record Engine(string Name, string Program, IReadOnlyList<string> Arguments)
{
    private static string PeerFolder => Repository.PathOf("tests", "ColFrag.Benchmarks", "peers");

    /// <summary>ColFrag through its launcher, which becomes the process that is measured.</summary>
    public static Engine ColFrag { get; } = new(
        "colfrag", Repository.PathOf(OperatingSystem.IsWindows() ? "colfrag.cmd" : "colfrag"), ["bench", "--exec"]);

    /// <summary>
    /// The peers that can run here; the others are named with the reason. Packages are installed on the first use.
    /// </summary>
    public static IReadOnlyList<Engine> Peers(IEnumerable<string> names, TextWriter log)
    {
        List<Engine> found = [];
        foreach (string name in names)
        {
            string? package = name switch { "duckdb" => "@duckdb/node-api", "clickhouse" => "chdb", _ => null };
            string? absence = package is null ? "no such peer (duckdb, clickhouse)"
                : FindProgram("node") is null ? "node is not on the PATH"
                : IsInstalled(package) || Install(log) && IsInstalled(package) ? null
                : $"npm did not install {package}";
            if (absence is null) found.Add(new Engine(name, "node", [Path.Combine(PeerFolder, "peer.mjs"), name]));
            else log.WriteLine($"peer skipped: {name}: {absence}");
        }
        return found;
    }

    private static bool IsInstalled(string package) =>
        new[] { PeerFolder, Environment.GetEnvironmentVariable("PEER_MODULES") }.Any(
            folder => folder is not null &&
                Directory.Exists(Path.Combine([folder, "node_modules", .. package.Split('/')])));

    private static bool Install(TextWriter log)
    {
        if (FindProgram("npm") is not string npm) return false;
        log.WriteLine($"Installing the peers of {PeerFolder}");
        ProcessStartInfo start = new(npm, ["install", "--no-package-lock", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = PeerFolder, RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string? FindProgram(string name) =>
        (from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         where folder.Length > 0
         from suffix in OperatingSystem.IsWindows() ? new[] { ".exe", ".cmd" } : [""]
         let path = Path.Combine(folder, name + suffix)
         where File.Exists(path)
         select path).FirstOrDefault();
}
