using System.Diagnostics;

namespace ColFrag.Console.Tests;

/// <summary>The launcher in a checkout of its own, where a script stands in for the compiler.</summary>
public sealed class LauncherTests : IDisposable
{
    /// <summary>Counts its calls, and "builds" a program that prints its arguments; fails when told to.</summary>
    private const string Compiler =
        """
        #!/bin/sh
        here=$(dirname "$0")
        if [ "$1" = run ]; then while [ "$1" != -- ]; do shift; done; printf '[%s]' "$@"; exit 3; fi
        echo call >> "$here/calls"
        if [ -f "$here/broken" ]; then echo "engine/A.cs(1,1): error CS1002: ; expected"; exit 1; fi
        while [ $# -gt 0 ]; do
          if [ "$1" = -o ]; then mkdir -p "$2"; out=$2/colfrag; fi
          shift
        done
        printf '#!/bin/sh\nfor a in "$@"; do printf "[%%s]" "$a"; done\nexit 7\n' > "$out"
        chmod +x "$out"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("launcher ").FullName;

    public LauncherTests()
    {
        if (OperatingSystem.IsWindows()) return;
        File.Copy(Repository.PathOf("colfrag"), Path.Combine(_folder, "colfrag"));
        foreach (string name in new[] { "engine", "protocol", "coordinator", "worker", "clients", "datasets", "bin" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "global.json", "engine/A.cs"];
        foreach (string name in files)
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }
        string compiler = Path.Combine(_folder, "bin", "dotnet");
        File.WriteAllText(compiler, Compiler + "\n");
        File.SetUnixFileMode(compiler, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private int Builds => File.Exists(Path.Combine(_folder, "bin", "calls"))
        ? File.ReadLines(Path.Combine(_folder, "bin", "calls")).Count()
        : 0;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_builds_once_and_becomes_the_program()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal((7, "[-c][a  b][]"), Run("colfrag", "-c", "a  b", ""));
        Assert.Equal((7, ""), Run("colfrag"));
        Assert.Equal(1, Builds);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("added")]
    [InlineData("deleted")]
    public void It_builds_again_when_a_source_is(string what)
    {
        if (OperatingSystem.IsWindows()) return;
        Run("colfrag");
        string source = Path.Combine(_folder, "engine", "A.cs");
        if (what == "deleted") File.Delete(source);
        else File.WriteAllText(what == "added" ? Path.Combine(_folder, "engine", "B.cs") : source, "x");
        Run("colfrag");
        Run("colfrag");
        Assert.Equal(2, Builds);
    }

    [Fact]
    public void What_builds_leave_behind_is_no_change()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(Path.Combine(_folder, "engine", "obj"));
        Run("colfrag");
        File.WriteAllText(Path.Combine(_folder, "engine", "obj", "x.dll"), "");
        Run("colfrag");
        Assert.Equal(1, Builds);
    }

    [Fact]
    public void A_failed_build_shows_its_errors_and_is_tried_again()
    {
        if (OperatingSystem.IsWindows()) return;
        string broken = Path.Combine(_folder, "bin", "broken");
        File.WriteAllText(broken, "");
        (int code, string output) = Run("colfrag");
        Assert.Equal(1, code);
        Assert.Contains("error CS1002", output, StringComparison.Ordinal);
        File.Delete(broken);
        Assert.Equal((7, ""), Run("colfrag"));
    }

    [Fact]
    public void A_suite_of_the_benchmark_is_left_to_the_program_of_the_source_tree()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal((3, "[--][suite][tpch][--runs][1]"), Run("colfrag", "bench", "tpch", "--runs", "1"));
        Assert.Equal((7, "[bench][--exec]"), Run("colfrag", "bench", "--exec"));
    }

    [Fact]
    public void It_finds_its_checkout_through_a_link()
    {
        if (OperatingSystem.IsWindows()) return;
        File.CreateSymbolicLink(Path.Combine(_folder, "bin", "link"), "../colfrag");
        Assert.Equal((7, "[x]"), Run("bin/link", "x"));
    }

    /// <summary>Gives the exit code and what was printed, without the launcher's own remark.</summary>
    private (int Code, string Output) Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(_folder, program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PATH"] = $"{Path.Combine(_folder, "bin")}:{start.Environment["PATH"]}";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        IEnumerable<string> complaints = errors.Result.Split('\n')
            .Where(line => !line.StartsWith("Building", StringComparison.Ordinal));
        return (process.ExitCode, output + string.Concat(complaints));
    }
}
