using System.Globalization;

namespace ColFrag.Console.Demo;

/// <summary>A folder of a database as a tree with sizes; what is alike is counted, not listed.</summary>
static class FolderPicture
{
    private const int MostFiles = 4;

    /// <summary>The lines of the picture.</summary>
    public static IReadOnlyList<string> Of(string folder)
    {
        List<string> lines = [$"{Path.GetFileName(folder)}/"];
        Add(new DirectoryInfo(folder), "", lines);
        return lines;
    }

    /// <summary>Bytes as people read them.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => (bytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture) + " KB",
        _ => (bytes / (1024.0 * 1024)).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
    };

    /// <summary>Bytes of all files in a folder.</summary>
    public static long TotalBytes(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static void Add(DirectoryInfo folder, string indentation, List<string> lines)
    {
        DirectoryInfo[] folders =
            [.. folder.EnumerateDirectories().OrderBy(child => child.Name, StringComparer.Ordinal)];
        FileInfo[] files = [.. folder.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)];
        List<(string Text, DirectoryInfo? Folder)> entries = [];
        // Folders of one kind differ in their numbers only: the first stands for all.
        foreach (DirectoryInfo child in folders.Take(1)) entries.Add((child.Name + "/", child));
        if (folders.Length > 1 && folders.All(child => child.Name.Length == folders[0].Name.Length))
        {
            entries.Add(($"… {folders.Length - 1} more", null));
        }
        else
        {
            foreach (DirectoryInfo child in folders.Skip(1)) entries.Add((child.Name + "/", child));
        }
        int width = files.Length == 0 ? 0 : files.Max(file => file.Name.Length);
        foreach (FileInfo file in files.Take(MostFiles))
        {
            entries.Add(($"{file.Name.PadRight(width)}  {Size(file.Length)}", null));
        }
        if (files.Length > MostFiles)
        {
            long rest = files.Skip(MostFiles).Sum(file => file.Length);
            entries.Add(($"… {files.Length - MostFiles} more  {Size(rest)}", null));
        }
        for (int i = 0; i < entries.Count; i++)
        {
            bool isLast = i == entries.Count - 1;
            lines.Add(indentation + (isLast ? "└─ " : "├─ ") + entries[i].Text);
            if (entries[i].Folder is DirectoryInfo inner) Add(inner, indentation + (isLast ? "   " : "│  "), lines);
        }
    }
}
