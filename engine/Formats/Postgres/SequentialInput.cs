using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>A file from front to back through a buffer that grows to what must be seen at once.</summary>
internal sealed class SequentialInput(IInputFile file)
{
    private byte[] _buffer = new byte[256 << 10];
    private int _start;
    private int _end;
    private long _offset;

    /// <summary>What was read and not yet taken.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Where the rest begins in the file.</summary>
    public long Offset => _offset - (_end - _start);

    /// <summary>Reads until the rest has as many bytes; false when the file ends before.</summary>
    public bool Fill(int count)
    {
        while (_end - _start < count)
        {
            if (!Grow()) return false;
        }
        return true;
    }

    /// <summary>Reads more behind the rest; false at the end of the file.</summary>
    public bool Grow()
    {
        if (_start > 0)
        {
            Rest.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        int read = file.Read(_offset, _buffer.AsSpan(_end));
        _end += read;
        _offset += read;
        return read > 0;
    }

    /// <summary>Passes over bytes of the rest.</summary>
    public void Take(int count) => _start += count;
}
