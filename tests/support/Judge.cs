using System.Diagnostics;

namespace ColFrag.Tests.Support;

/// <summary>
/// A program by others that says whether an answer, a file or a frame of ours is right. A missing one is skipped by
/// name, never passed in silence; with CI=true, test.sh counts such a skip as a failure.
/// </summary>
static class Judge
{
    /// <summary>DuckDB through tests/interop.</summary>
    public const string DuckDb = "duckdb";
    /// <summary>@msgpack/msgpack through tests/interop.</summary>
    public const string MessagePack = "msgpack";
    /// <summary>parquet-wasm (the Rust implementation) through tests/interop.</summary>
    public const string ParquetWasm = "parquet-wasm";
    /// <summary>hyparquet and hyparquet-writer through tests/interop.</summary>
    public const string Hyparquet = "hyparquet";
    /// <summary>apache-arrow through tests/interop.</summary>
    public const string ApacheArrow = "apache-arrow";
    /// <summary>psql.</summary>
    public const string Psql = "psql";
    /// <summary>A PostgreSQL server that a test can start.</summary>
    public const string PostgresServer = "postgres";
    /// <summary>tmux, a terminal that a test can type into and read back.</summary>
    public const string Tmux = "tmux";

    /// <summary>Null when the judge is here, else why not.</summary>
    public static string? Absence(string judge) => judge switch
    {
        DuckDb => NodePackage("@duckdb/node-api"),
        MessagePack => NodePackage("@msgpack/msgpack"),
        ParquetWasm => NodePackage("parquet-wasm"),
        Hyparquet => NodePackage("hyparquet") ?? NodePackage("hyparquet-writer"),
        ApacheArrow => NodePackage("apache-arrow"),
        PostgresServer => FindPostgres() is null ? Absent(judge) : null,
        _ => FindProgram(judge) is null ? Absent(judge) : null,
    };

    /// <summary>The path of a program, or null.</summary>
    public static string? FindProgram(string name)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] suffixes = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return (from folder in folders
                where folder.Length > 0
                from suffix in suffixes
                let path = Path.Combine(folder, name + suffix)
                where File.Exists(path)
                select path).FirstOrDefault();
    }

    /// <summary>The folder of initdb and postgres, which Debian keeps off the PATH, or null.</summary>
    public static string? FindPostgres()
    {
        if (FindProgram("initdb") is string onPath) return Path.GetDirectoryName(onPath);
        const string Debian = "/usr/lib/postgresql";
        return !Directory.Exists(Debian)
            ? null
            : Directory.GetDirectories(Debian)
                .Select(version => Path.Combine(version, "bin"))
                .Where(folder => File.Exists(Path.Combine(folder, "initdb")))
                .Order(StringComparer.Ordinal)
                .LastOrDefault();
    }

    /// <summary>Runs a script of tests/interop and gives what it printed; fails the test with its complaint.</summary>
    public static string RunNode(string script, params string[] arguments)
    {
        ProcessStartInfo start = new("node", [Repository.PathOf("tests", "interop", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.PathOf("tests", "interop"),
        };
        using Process process = Process.Start(start)!;
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"node {script} ended with {process.ExitCode}: {complaint.Result}");
        return output;
    }

    private static string? NodePackage(string package)
    {
        if (FindProgram("node") is null) return Absent("node");
        string folder = Repository.PathOf(["tests", "interop", "node_modules", .. package.Split('/')]);
        return Directory.Exists(folder) ? null : Absent(package);
    }

    private static string Absent(string name) => $"judge absent: {name} (./test.sh installs it)";
}

/// <summary>A test that asks judges; skipped by name when one of them is not on the machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class JudgedFactAttribute : FactAttribute
{
    public JudgedFactAttribute(params string[] judges) =>
        Skip = judges.Select(Judge.Absence).FirstOrDefault(absence => absence is not null);
}

/// <summary>A test with data that asks judges.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class JudgedTheoryAttribute : TheoryAttribute
{
    public JudgedTheoryAttribute(params string[] judges) =>
        Skip = judges.Select(Judge.Absence).FirstOrDefault(absence => absence is not null);
}

/// <summary>
/// A test over files that lie beside the checkout, named relative to that folder, and the judges it asks.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string file, params string[] judges) =>
        Skip = Repository.Shared is not string shared || !Path.Exists(Path.Combine(shared, file))
            ? $"data absent: ../shared/{file}"
            : judges.Select(Judge.Absence).FirstOrDefault(absence => absence is not null);
}
