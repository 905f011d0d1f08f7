using System.Text;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Lines as a stream that does something in the middle.</summary>
internal sealed class StoppingStream : Stream
{
    private readonly byte[] _bytes;
    private readonly int _stop;
    private Action? _action;
    private int _position;

    public StoppingStream(IEnumerable<string> lines, int at, Action action)
    {
        string[] all = [.. lines];
        _bytes = Encoding.UTF8.GetBytes(string.Concat(all.Select(l => l + "\n")));
        _stop = Encoding.UTF8.GetByteCount(string.Concat(all.Take(at).Select(l => l + "\n")));
        _action = action;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _bytes.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("Lines are read once, in order.");
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_position == _stop) Interlocked.Exchange(ref _action, null)?.Invoke();
        int end = _position < _stop ? _stop : _bytes.Length;
        count = Math.Min(count, end - _position);
        _bytes.AsSpan(_position, count).CopyTo(buffer.AsSpan(offset));
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("Lines are read once, in order.");

    public override void SetLength(long value) => throw new NotSupportedException("Lines are read once, in order.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Lines are read once, in order.");
}
