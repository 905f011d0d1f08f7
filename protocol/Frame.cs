using System.Buffers;
using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Protocol;

/// <summary>
/// The head of everything that crosses a connection.
/// <code>
///   bytes    field
///   4        length of the body
///   2        type: the number of the message in the body (MessageRegistry), or what data are (DataType); else 0
///   2        flags: what the frame does (FrameKind); the high byte is 0
///   8        correlation: the call that it belongs to; 0 = none
///   4        CRC32C of the 16 bytes before and the body
///   ...      body
/// </code>
/// Little-endian. The length is checked against a limit before room is made for the body.
/// </summary>
internal readonly record struct FrameHeader(
    int BodyLength, ushort Type, FrameKind Kind, ulong Correlation, uint Checksum)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 20;

    /// <summary>Where the checksum lies; it covers what is before it and the body.</summary>
    public const int ChecksumOffset = 16;

    /// <summary>Reads a header; the checksum is looked at when the body is there.</summary>
    /// <exception cref="CorruptDataException">No such kind, or a body longer than the limit.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> bytes, int maxBodyLength, string name)
    {
        ByteReader source = new(bytes, name);
        uint length = source.ReadUInt32();
        if (length > (uint)maxBodyLength)
            throw new CorruptDataException($"frame of {length} bytes, at most {maxBodyLength} allowed", name, 0);
        ushort type = source.ReadUInt16();
        ushort flags = source.ReadUInt16();
        FrameKind kind = (FrameKind)flags;
        if (flags > byte.MaxValue || !Enum.IsDefined(kind))
            throw new CorruptDataException($"frame flags 0x{flags:x4}", name, 6);
        return new FrameHeader((int)length, type, kind, source.ReadUInt64(), source.ReadUInt32());
    }

    /// <summary>The checksum of a frame whose header is at the start of the bytes.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body) =>
        Engine.Bytes.Checksum.Append(Engine.Bytes.Checksum.Crc32C(header[..ChecksumOffset]), body);
}

/// <summary>What a frame does. Numbers are on the wire and are never reused.</summary>
internal enum FrameKind : byte
{
    /// <summary>First frame of who connected: versions and identity.</summary>
    Hello = 1,
    /// <summary>Answer to the hello: the version that both speak.</summary>
    Welcome = 2,
    /// <summary>Begins a call: an envelope, then the message.</summary>
    Request = 3,
    /// <summary>A message inside a call, in either direction.</summary>
    Item = 4,
    /// <summary>Bytes inside a call, in either direction.</summary>
    Data = 5,
    /// <summary>The caller sends no more items or data in this call.</summary>
    End = 6,
    /// <summary>Ends a call with a message.</summary>
    Reply = 7,
    /// <summary>Ends a call with an error; with correlation 0, the connection.</summary>
    Failure = 8,
    /// <summary>The caller no longer wants the call.</summary>
    Cancel = 9,
    /// <summary>The receiver of items and data has room for so many bytes more.</summary>
    Credit = 10,
    /// <summary>Asks for a pong.</summary>
    Ping = 11,
    /// <summary>Shows that the process lives.</summary>
    Pong = 12,
    /// <summary>The server is about to stop: calls under way end, new ones go elsewhere.</summary>
    Goodbye = 13,
}

/// <summary>What the bytes of a data frame are. Numbers are on the wire and are never reused.</summary>
internal enum DataType : ushort
{
    /// <summary>Whatever the call is about: parts of a file, say.</summary>
    Bytes = 0,
    /// <summary>Batches (WireVector).</summary>
    Batches = 1,
    /// <summary>The text or bytes of a COPY.</summary>
    Copy = 2,
}

/// <summary>
/// A frame that arrived whole, with its body in a buffer of the pool until disposed of. Batches arrive in native memory
/// instead, which whoever reads them takes over: vectors point into it.
/// </summary>
internal sealed class Frame : IDisposable
{
    /// <summary>Bytes from which a body of batches is not worth copying.</summary>
    private const int NativeBytes = 16 << 10;

    private byte[] _buffer = [];
    private NativeBuffer? _native;
    private int _length;

    private Frame(ushort type, FrameKind kind, ulong correlation, int bodyLength)
    {
        Type = type;
        Kind = kind;
        Correlation = correlation;
        _length = bodyLength;
        if (IsData(DataType.Batches) && bodyLength >= NativeBytes)
            _native = NativeBuffer.Allocate(bodyLength, MemoryAccount.Untracked);
        else if (bodyLength > 0)
            _buffer = ArrayPool<byte>.Shared.Rent(bodyLength);
    }

    /// <summary>The number of the message in the body, or what data are; else 0.</summary>
    public ushort Type { get; }

    /// <summary>True for data of the given type.</summary>
    public bool IsData(DataType type) => Kind == FrameKind.Data && Type == (ushort)type;

    /// <summary>What the frame does.</summary>
    public FrameKind Kind { get; }

    /// <summary>The call that it belongs to, or 0.</summary>
    public ulong Correlation { get; }

    /// <summary>The body; valid until disposed of.</summary>
    public ReadOnlyMemory<byte> Body => Room;

    /// <summary>What a frame takes of its stream's credit.</summary>
    public int CreditBytes => FrameHeader.Size + _length;

    /// <summary>Makes room for the body that a header announces.</summary>
    public static Frame Announced(in FrameHeader header) =>
        new(header.Type, header.Kind, header.Correlation, header.BodyLength);

    /// <summary>Reads a frame that has arrived in one piece.</summary>
    /// <exception cref="CorruptDataException">It is not a frame, or damaged.</exception>
    public static Frame Read(ReadOnlySpan<byte> bytes, int maxBodyLength, string name)
    {
        FrameHeader header = FrameHeader.Read(bytes, maxBodyLength, name);
        ByteReader source = new(bytes[FrameHeader.Size..], name, FrameHeader.Size);
        ReadOnlySpan<byte> body = source.ReadBytes(header.BodyLength);
        source.ExpectEnd();
        Frame frame = Announced(header);
        body.CopyTo(frame.Room.Span);
        frame.Check(header, bytes, name);
        return frame;
    }

    /// <summary>The room for the body, to fill as it arrives.</summary>
    public Memory<byte> Room => _native is null ? _buffer.AsMemory(0, _length) : new NativeBytesOwner(_native).Memory;

    /// <summary>The body, which is the caller's now; null where it does not lie in native memory.</summary>
    public NativeBuffer? TakeBody()
    {
        NativeBuffer? taken = _native;
        _native = null;
        if (taken is not null) _length = 0;
        return taken;
    }

    /// <summary>Compares the checksum, and gives the buffer back when it is wrong.</summary>
    /// <exception cref="CorruptDataException">It is wrong.</exception>
    public void Check(in FrameHeader header, ReadOnlySpan<byte> headerBytes, string name)
    {
        if (FrameHeader.ChecksumOf(headerBytes, Body.Span) == header.Checksum) return;
        Dispose();
        throw new CorruptDataException("frame checksum", name, FrameHeader.ChecksumOffset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _native?.Release();
        _native = null;
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>Native memory as memory that streams fill and others read, as long as its buffer lives.</summary>
internal sealed unsafe class NativeBytesOwner(NativeBuffer buffer) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => buffer.Span;

    public override MemoryHandle Pin(int elementIndex = 0) => new(buffer.Pointer + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>Makes frames: a header with room for what is not known yet, the body behind it, then the seal.</summary>
internal static class FrameWriter
{
    private const int CorrelationOffset = 8;

    /// <summary>Begins a frame; the caller appends the body and calls <see cref="Seal(ByteWriter)"/>.</summary>
    public static ByteWriter Begin(FrameKind kind, ulong correlation, ushort type = 0, int capacity = 256)
    {
        ByteWriter frame = new(capacity);
        frame.WriteUInt32(0);
        frame.WriteUInt16(type);
        frame.WriteUInt16((ushort)kind);
        frame.WriteUInt64(correlation);
        frame.WriteUInt32(0);
        return frame;
    }

    /// <summary>A whole frame with a message.</summary>
    public static ByteWriter Of(FrameKind kind, ulong correlation, IMessage message)
    {
        ByteWriter frame = Begin(kind, correlation, MessageRegistry.NumberOf(message));
        message.Write(new MessagePackWriter(frame));
        return Seal(frame);
    }

    /// <summary>A whole frame without a body.</summary>
    public static ByteWriter Empty(FrameKind kind, ulong correlation = 0) =>
        Seal(Begin(kind, correlation, capacity: FrameHeader.Size));

    /// <summary>Begins data whose call is not known yet; <see cref="Seal(ByteWriter, ulong)"/> says it.</summary>
    public static ByteWriter BeginData(DataType type, int capacity) => Begin(FrameKind.Data, 0, (ushort)type, capacity);

    /// <summary>Fills in the call, and seals.</summary>
    public static ByteWriter Seal(ByteWriter frame, ulong correlation)
    {
        frame.PatchInt64(CorrelationOffset, (long)correlation);
        return Seal(frame);
    }

    /// <summary>Fills in the length and the checksum, after which the bytes can be sent.</summary>
    /// <exception cref="QueryException">The body is longer than any peer accepts.</exception>
    public static ByteWriter Seal(ByteWriter frame)
    {
        int bodyLength = frame.Length - FrameHeader.Size;
        if (bodyLength > RpcLimits.MaxBodyBytes)
        {
            frame.Dispose();
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"Too much for one message: {bodyLength} bytes, at most {RpcLimits.MaxBodyBytes} are allowed");
        }
        Span<byte> bytes = frame.Written(0, frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bodyLength);
        uint checksum = FrameHeader.ChecksumOf(bytes, bytes[FrameHeader.Size..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FrameHeader.ChecksumOffset..], checksum);
        return frame;
    }
}
