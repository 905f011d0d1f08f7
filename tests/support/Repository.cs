namespace ColFrag.Tests.Support;

/// <summary>Finds files of the checkout from wherever a test runs.</summary>
static class Repository
{
    /// <summary>The folder that holds ColFrag.sln.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>
    /// Data that lie beside a checkout, or wherever COLFRAG_SHARED says: too large to be part of it. Null when absent.
    /// </summary>
    public static string? Shared { get; } = FindShared();

    /// <summary>A file or folder of the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ColFrag.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No ColFrag.sln in or above {start}");
    }

    private static string? FindShared()
    {
        string folder = Environment.GetEnvironmentVariable("COLFRAG_SHARED") is { Length: > 0 } named
            ? named
            : Path.GetFullPath(Path.Combine(Root, "..", "shared"));
        return Directory.Exists(folder) ? folder : null;
    }
}
