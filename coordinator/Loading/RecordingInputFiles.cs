using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Coordinator.Loading;

/// <summary>Files of which it is noted what is read: somebody else who does the same needs the same bytes.</summary>
internal sealed class RecordingInputFiles(IInputFiles files) : IInputFiles
{
    private readonly Lock _lock = new();
    private readonly List<FileBytes> _read = [];

    /// <summary>What was read, each byte once.</summary>
    public IReadOnlyList<FileBytes> Read
    {
        get
        {
            lock (_lock) return FileBytes.Merge(_read);
        }
    }

    public IReadOnlyList<string> Expand(string pattern) => [pattern];

    public IInputFile Open(string path) => new Recording(this, files.Open(path), path);

    private void Add(FileBytes bytes)
    {
        lock (_lock) _read.Add(bytes);
    }

    private sealed class Recording(RecordingInputFiles record, IInputFile file, string path) : IInputFile
    {
        public string Path => path;

        public long? Length => file.Length;

        public int Read(long offset, Span<byte> target)
        {
            int count = file.Read(offset, target);
            record.Add(new FileBytes(path, offset, count));
            return count;
        }

        public void Dispose() => file.Dispose();
    }
}
