namespace ColFrag.Engine.Formats;

/// <summary>Some bytes of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The first one.</param>
/// <param name="Length">How many.</param>
internal readonly record struct FileBytes(string Path, long Offset, long Length)
{
    /// <summary>The byte behind the last one.</summary>
    public long End => Offset + Length;

    /// <summary>The part of a range that a file of so many bytes has; ranges come from files, which may lie.</summary>
    public static FileBytes Within(string path, long offset, long length, long fileLength)
    {
        long first = Math.Clamp(offset, 0, fileLength);
        return new FileBytes(path, first, Math.Clamp(length, 0, fileLength - first));
    }

    /// <summary>The same bytes, each once, in the order of the files' first ranges.</summary>
    public static IReadOnlyList<FileBytes> Merge(IEnumerable<FileBytes> ranges)
    {
        List<FileBytes> merged = [];
        foreach (IGrouping<string, FileBytes> file in ranges.Where(r => r.Length > 0).GroupBy(r => r.Path))
        {
            int first = merged.Count;
            foreach (FileBytes range in file.OrderBy(r => r.Offset))
            {
                if (merged.Count == first || merged[^1].End < range.Offset) merged.Add(range);
                else merged[^1] = merged[^1] with { Length = Math.Max(merged[^1].End, range.End) - merged[^1].Offset };
            }
        }
        return merged;
    }
}
