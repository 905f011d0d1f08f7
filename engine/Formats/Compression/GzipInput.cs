using System.Buffers.Binary;
using System.IO.Compression;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>
/// Reads gzip (RFC 1952), members one after the other, and checks what the platform's stream does not: that the file is
/// whole, and each member's checksum and length.
/// </summary>
/// <remarks>
/// The platform's inflater does not say where a member's bytes end. They end in the last part that it took; there the
/// checksum and length that the text has are looked for, eight bytes that nothing else has by chance.
/// </remarks>
internal sealed class GzipInput(Stream source, string name) : ForwardReadStream
{
    private const int BufferBytes = 128 << 10, PartBytes = 8 << 10, TrailerBytes = 8;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _next;
    private int _end;
    private long _bufferOffset;
    private bool _isSourceAtEnd;
    private int _partStart;
    private bool _wasCutOff;
    private DeflateStream? _member;
    private uint _state;
    private uint _length;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_member is null && !BeginMember()) return 0;
            int count = Inflate(buffer);
            if (count > 0)
            {
                _state = Crc32.Append(_state, buffer[..count]);
                _length += (uint)count;
                return count;
            }
            EndMember();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Inflate(Span<byte> buffer)
    {
        try
        {
            return _member!.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptDataException("gzip bytes", name, _bufferOffset + _next, error);
        }
    }

    private bool BeginMember()
    {
        if (!Has(1)) return false;
        if (_buffer[_next] == 0 && _bufferOffset + _next > 0 && IsPadding()) return false;
        Check(Has(10) && _buffer[_next] == 0x1F && _buffer[_next + 1] == 0x8B && _buffer[_next + 2] == 8,
            "gzip header");
        int flags = _buffer[_next + 3];
        _next += 10;
        if ((flags & 4) != 0)
        {
            Check(Has(2), "gzip header");
            int extra = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(_next));
            Check(Has(2 + extra), "gzip header");
            _next += 2 + extra;
        }
        if ((flags & 8) != 0) SkipText();
        if ((flags & 16) != 0) SkipText();
        if ((flags & 2) != 0)
        {
            Check(Has(2), "gzip header");
            _next += 2;
        }
        _state = uint.MaxValue;
        _length = 0;
        _wasCutOff = false;
        _partStart = _next;
        _member = new DeflateStream(new MemberSource(this), CompressionMode.Decompress);
        return true;
    }

    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Check(!_wasCutOff, "compressed file ends early");
        int partLength = _next - _partStart;
        _next = _partStart;
        // The trailer may reach past the part.
        Has(partLength + TrailerBytes);
        int last = Math.Min(_next + partLength, _end - TrailerBytes);
        for (int at = _next; at <= last; at++)
        {
            ReadOnlySpan<byte> trailer = _buffer.AsSpan(at, TrailerBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != ~_state) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _length) continue;
            _next = at + TrailerBytes;
            return;
        }
        throw new CorruptDataException("gzip checksum, or the file ends early", name, _bufferOffset + _next);
    }

    private int TakePart(Span<byte> target)
    {
        _partStart = _next;
        if (!Has(1))
        {
            _wasCutOff = true;
            return 0;
        }
        int count = Math.Min(Math.Min(target.Length, PartBytes), _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(target);
        _partStart = _next;
        _next += count;
        return count;
    }

    private void SkipText()
    {
        while (true)
        {
            Check(Has(1), "gzip header");
            if (_buffer[_next++] == 0) return;
        }
    }

    // Tapes and archives fill up with zeros.
    private bool IsPadding()
    {
        while (Has(1))
        {
            if (_buffer[_next] != 0) return false;
            _next++;
        }
        return true;
    }

    /// <summary>True when so many bytes, less than a buffer, are there; reads more as needed.</summary>
    private bool Has(int count)
    {
        while (_end - _next < count && !_isSourceAtEnd)
        {
            if (_next > 0)
            {
                _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
                _bufferOffset += _next;
                _end -= _next;
                _next = 0;
                _partStart = 0;
            }
            int read = source.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _isSourceAtEnd = read == 0;
        }
        return _end - _next >= count;
    }

    private void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, what, name, _bufferOffset + _next);

    /// <summary>
    /// What the inflater takes from: small parts, so that it does not run far past the end of a member.
    /// </summary>
    private sealed class MemberSource(GzipInput input) : ForwardReadStream
    {
        public override int Read(Span<byte> buffer) => input.TakePart(buffer);

        public override int Read(byte[] buffer, int offset, int count) => input.TakePart(buffer.AsSpan(offset, count));
    }
}
