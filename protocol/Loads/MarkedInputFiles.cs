using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Loads;

/// <summary>The files of a load, under the names that its coordinator calls them by, wherever they lie.</summary>
internal sealed class MarkedInputFiles(IInputFiles files, IEnumerable<InputFileMark> marks) : IInputFiles
{
    private readonly Dictionary<string, InputFileMark> _marks =
        marks.DistinctBy(m => m.Name, StringComparer.Ordinal).ToDictionary(m => m.Name, StringComparer.Ordinal);

    public IReadOnlyList<string> Expand(string pattern) => [pattern];

    public IInputFile Open(string path)
    {
        if (!_marks.TryGetValue(path, out InputFileMark? mark))
            throw new StorageException("The file is not of this load", path, sqlState: SqlStates.UndefinedFile);
        return new Named(files.Open(mark.Place), path);
    }

    private sealed class Named(IInputFile file, string name) : IInputFile
    {
        public string Path => name;

        public long? Length => file.Length;

        public int Read(long offset, Span<byte> target) => file.Read(offset, target);

        public void Dispose() => file.Dispose();
    }
}
