using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Simulation.Disk;

/// <summary>A folder that machines share and nothing harms: clients put files there to have them loaded.</summary>
internal sealed class SharedFolder : IInputFiles
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Puts a file there.</summary>
    public void Write(string path, string text) => _files[path] = Encoding.UTF8.GetBytes(text);

    /// <inheritdoc/>
    public IReadOnlyList<string> Expand(string pattern)
    {
        string start = pattern.TrimEnd('*');
        string[] found = [.. _files.Keys.Where(
            p => start.Length < pattern.Length ? p.StartsWith(start, StringComparison.Ordinal) : p == pattern)];
        return found.Length > 0 ? found : throw Absent(pattern);
    }

    /// <inheritdoc/>
    public IInputFile Open(string path) =>
        _files.TryGetValue(path, out byte[]? content) ? new SharedFile(path, content) : throw Absent(path);

    /// <inheritdoc/>
    public string? PlaceOf(string path) => path;

    private static StorageException Absent(string path) => new("No such file", path, sqlState: SqlStates.UndefinedFile);

    private sealed class SharedFile(string path, byte[] content) : IInputFile
    {
        public string Path => path;

        public long? Length => content.Length;

        public int Read(long offset, Span<byte> target)
        {
            if (offset >= content.Length) return 0;
            int count = (int)Math.Min(content.Length - offset, target.Length);
            content.AsSpan((int)offset, count).CopyTo(target);
            return count;
        }

        public void Dispose()
        {
        }
    }
}
