using System.Diagnostics;

namespace ColFrag.Tidy.Tests;

/// <summary>The tracked files of the checkout, and those that are about to be.</summary>
static class SourceTree
{
    private static readonly HashSet<string> BinaryExtensions = [".parquet", ".col", ".bin", ".png", ".snk", ".ico"];
    private static readonly HashSet<string> SkippedFolders =
        ["bin", "obj", "node_modules", "TestResults", ".git", ".build", ".data", ".vs", ".idea"];

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. (FromGit() ?? FromDisk()).Order(StringComparer.Ordinal)];

    /// <summary>Files that people read.</summary>
    public static IEnumerable<string> TextFiles =>
        Files.Where(file => !BinaryExtensions.Contains(Path.GetExtension(file)))
            .Where(file =>
                !file.StartsWith("tests/golden/", StringComparison.Ordinal) || Path.GetExtension(file) == ".md");

    /// <summary>Files with an extension, such as <c>.cs</c>.</summary>
    public static IEnumerable<string> WithExtension(string extension) =>
        Files.Where(file => Path.GetExtension(file) == extension);

    public static string Read(string file) => File.ReadAllText(Repository.PathOf(file));

    /// <summary>Null when this is no checkout (an archive, say) or git is absent.</summary>
    private static IEnumerable<string>? FromGit()
    {
        if (!Path.Exists(Repository.PathOf(".git")) || Judge.FindProgram("git") is not string git) return null;
        ProcessStartInfo start = new(git, ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // A file that is deleted but not yet committed is still listed.
        return process.ExitCode != 0
            ? null
            : output.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Where(file => File.Exists(Repository.PathOf(file)));
    }

    private static IEnumerable<string> FromDisk() =>
        from path in Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')
        where !file.Split('/').Any(SkippedFolders.Contains)
        select file;
}
