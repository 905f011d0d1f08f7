using System.Buffers;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>The state of a codec that takes bytes as they come.</summary>
internal interface IStreamDecoder : IDisposable
{
    /// <summary>True when the input may end here.</summary>
    bool IsAtFrameEnd { get; }

    /// <summary>Takes some bytes and gives some; false when the bytes are damaged.</summary>
    bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target, out int used, out int written);
}

/// <summary>Reads what compressed bytes stand for, from front to back; several frames in a row are one text.</summary>
internal sealed class DecompressionStream(Stream source, IStreamDecoder decoder, string name) : ForwardReadStream
{
    private const int BufferBytes = 128 << 10;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private long _offset;
    private bool _isAtEnd;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_start == _end && !_isAtEnd)
            {
                _start = 0;
                _end = source.Read(_buffer!);
                _isAtEnd = _end == 0;
            }
            bool isValid = decoder.TryDecode(_buffer.AsSpan(_start.._end), buffer, out int used, out int written);
            CorruptDataException.ThrowUnless(isValid, "compressed bytes", name, _offset);
            _start += used;
            _offset += used;
            if (written > 0) return written;
            if (!_isAtEnd) continue;
            CorruptDataException.ThrowUnless(decoder.IsAtFrameEnd, "compressed file ends early", name, _offset);
            return 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer is not null)
        {
            decoder.Dispose();
            source.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
        base.Dispose(disposing);
    }
}
