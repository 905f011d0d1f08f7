using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Worker.Loading;

/// <summary>
/// Files of a load that this process does not see: the parts of them that the coordinator has sent lie in a file of the
/// spill folder until the load ends. Who reads anything else learns that it was not sent.
/// </summary>
internal sealed class UploadedFiles(
    IEnumerable<InputFileMark> marks, SpillSpace spill, MemoryAccount account) : IInputFiles, IDisposable
{
    private readonly InputFileMark[] _marks = [.. marks];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Part>> _parts = new(StringComparer.Ordinal);
    private SpillFile? _stored;
    private int _hasMissed;

    /// <summary>True when bytes were looked for that were not sent.</summary>
    public bool HasMissed => Volatile.Read(ref _hasMissed) != 0;

    /// <summary>Keeps bytes that the coordinator has sent.</summary>
    /// <exception cref="StorageException">There is no room.</exception>
    public void Add(InputBytes sent)
    {
        bool isInside = (uint)sent.File < (uint)_marks.Length && sent.Offset >= 0
            && sent.Bytes.Length <= _marks[sent.File].Length - sent.Offset;
        if (!isInside)
        {
            throw new ClusterException(
                "Bytes that are of no file of the load", isTransient: false, SqlStates.ProtocolViolation);
        }
        SpillFrame frame = (_stored ??= spill.Create()).Append(sent.Bytes.Span, 0);
        lock (_lock)
        {
            string name = _marks[sent.File].Name;
            if (!_parts.TryGetValue(name, out List<Part>? parts)) _parts.Add(name, parts = []);
            parts.Add(new Part(sent.Offset, frame));
        }
    }

    public IReadOnlyList<string> Expand(string pattern) => [pattern];

    public IInputFile Open(string path)
    {
        InputFileMark mark = Array.Find(_marks, m => m.Name == path) ??
            throw new StorageException("The file is not of this load", path, sqlState: SqlStates.UndefinedFile);
        return new Uploaded(this, mark);
    }

    public void Dispose() => _stored?.Dispose();

    private int Read(InputFileMark file, long offset, Span<byte> target)
    {
        int wanted = (int)Math.Clamp(file.Length - offset, 0, target.Length);
        for (int done = 0; done < wanted;)
        {
            Part part = Find(file.Name, offset + done);
            done += Copy(part, (int)(offset + done - part.Offset), target[done..wanted]);
        }
        return wanted;
    }

    private int Copy(Part part, int from, Span<byte> target)
    {
        NativeBuffer bytes = NativeBuffer.Allocate(part.Frame.Length, account);
        try
        {
            _stored!.Read(part.Frame, bytes);
            int count = Math.Min(part.Frame.Length - from, target.Length);
            bytes.Span.Slice(from, count).CopyTo(target);
            return count;
        }
        finally
        {
            bytes.Release();
        }
    }

    private Part Find(string name, long offset)
    {
        lock (_lock)
        {
            // What came last is looked for most.
            List<Part> parts = _parts.GetValueOrDefault(name) ?? [];
            for (int i = parts.Count - 1; i >= 0; i--)
            {
                if (offset >= parts[i].Offset && offset < parts[i].Offset + parts[i].Frame.Length) return parts[i];
            }
        }
        Volatile.Write(ref _hasMissed, 1);
        throw new ClusterException($"The coordinator has not sent byte {offset} of {name}");
    }

    /// <summary>Bytes of a file, and where they are kept.</summary>
    private readonly record struct Part(long Offset, SpillFrame Frame);

    private sealed class Uploaded(UploadedFiles files, InputFileMark mark) : IInputFile
    {
        public string Path => mark.Name;

        public long? Length => mark.Length;

        public int Read(long offset, Span<byte> target) => files.Read(mark, offset, target);

        public void Dispose()
        {
        }
    }
}
