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
    /// <summary>etcd, of Debian's etcd-server.</summary>
    public const string Etcd = "etcd";
    /// <summary>tmux, a terminal that a test can type into and read back.</summary>
    public const string Tmux = "tmux";

    /// <summary>psycopg2 of Debian's Python.</summary>
    public const string Psycopg2 = "python3-psycopg2";
    /// <summary>asyncpg of Debian's Python.</summary>
    public const string Asyncpg = "python3-asyncpg";
    /// <summary>SQLAlchemy and pandas of Debian's Python.</summary>
    public const string SqlAlchemy = "python3-pandas";
    /// <summary>pyodbc with psqlODBC.</summary>
    public const string Odbc = "odbc-postgresql";
    /// <summary>The package pg of Node.</summary>
    public const string NodePg = "pg";
    /// <summary>The package postgres of Node.</summary>
    public const string NodePostgres = "postgres.js";
    /// <summary>pgjdbc with a Java that runs source files.</summary>
    public const string Jdbc = "libpostgresql-jdbc-java";
    /// <summary>pgcli, whose own code runs in Debian's Python.</summary>
    public const string Pgcli = "pgcli";
    /// <summary>pgbench.</summary>
    public const string Pgbench = "pgbench";
    /// <summary>Where Debian keeps pgjdbc.</summary>
    public const string JdbcDriver = "/usr/share/java/postgresql.jar";

    /// <summary>Null when the judge is here, else why not.</summary>
    public static string? Absence(string judge) => judge switch
    {
        DuckDb => NodePackage("@duckdb/node-api"),
        MessagePack => NodePackage("@msgpack/msgpack"),
        ParquetWasm => NodePackage("parquet-wasm"),
        Hyparquet => NodePackage("hyparquet") ?? NodePackage("hyparquet-writer"),
        ApacheArrow => NodePackage("apache-arrow"),
        Psycopg2 => PythonModule("psycopg2", judge),
        Asyncpg => PythonModule("asyncpg", judge),
        SqlAlchemy => PythonModule("sqlalchemy", "python3-sqlalchemy") ?? PythonModule("pandas", judge),
        Odbc => PythonModule("pyodbc", "python3-pyodbc") ??
            (Directory.GetFiles("/usr/lib", "psqlodbcw.so", s_deep).Length > 0 ? null : Absent(judge)),
        Pgcli => PythonModule("pgcli", judge) ?? PythonModule("psycopg", "python3-psycopg"),
        NodePg => NodePackage("pg"),
        NodePostgres => NodePackage("postgres"),
        Jdbc => FindProgram("java") is null ? Absent("java") : File.Exists(JdbcDriver) ? null : Absent(judge),
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

    private static readonly EnumerationOptions s_deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3 };

    private static string? PythonModule(string module, string package) =>
        Directory.Exists($"/usr/lib/python3/dist-packages/{module}") ||
        (Directory.Exists("/usr/lib/python3/dist-packages") &&
            Directory.GetFiles("/usr/lib/python3/dist-packages", $"{module}.*.so").Length > 0)
            ? null
            : Absent(package);

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
