using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Files;

/// <summary>Paths in a file system: relative, with forward slashes; the empty path is the root.</summary>
internal static class FilePath
{
    /// <summary>A name in a folder.</summary>
    public static string Combine(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    /// <summary>The folder that a path is in.</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    /// <summary>A path's last name.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Throws unless the path stays below the root, whatever system the disk belongs to.</summary>
    public static void Check(string path)
    {
        if (path.Length == 0) return;
        foreach (Range part in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> name = path.AsSpan(part);
            Invariant.Holds(name is not ("" or "." or "..") && name.IndexOfAny('\\', ':', '\0') < 0, $"a path: {path}");
        }
    }
}
