using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>The nodes, buffers and body of one batch that is written.</summary>
internal sealed class ArrowBodyWriter(CompressionKind compression) : IDisposable
{
    /// <summary>Buffers begin at multiples of this: a cache line.</summary>
    private const int Alignment = 64;

    private readonly ByteWriter _nodes = new();
    private readonly ByteWriter _buffers = new();
    private readonly ByteWriter _body = new(1 << 16);
    private int _nodeCount;
    private int _bufferCount;

    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    public void AddNode(int length, int nullCount)
    {
        _nodes.WriteInt64(length);
        _nodes.WriteInt64(nullCount);
        _nodeCount++;
    }

    public void AddBuffer(ReadOnlySpan<byte> bytes)
    {
        int start = _body.Length;
        if (compression == CompressionKind.None || bytes.IsEmpty) _body.WriteBytes(bytes);
        else Compress(bytes);
        _buffers.WriteInt64(start);
        _buffers.WriteInt64(_body.Length - start);
        _bufferCount++;
        _body.AlignTo(Alignment);
    }

    /// <summary>Writes the batch's metadata; returns its place.</summary>
    public int Write(FlatBuilder target, long rowCount)
    {
        int nodes = target.Structs(_nodes.WrittenSpan, _nodeCount),
            buffers = target.Structs(_buffers.WrittenSpan, _bufferCount);
        int compressed = 0;
        if (compression != CompressionKind.None)
        {
            target.Begin(2);
            target.Byte(0, compression == CompressionKind.Zstd ? (byte)1 : (byte)0);
            compressed = target.End();
        }
        target.Begin(5);
        target.Int64(0, rowCount);
        target.Offset(1, nodes);
        target.Offset(2, buffers);
        if (compressed != 0) target.Offset(3, compressed);
        return target.End();
    }

    public void Clear()
    {
        _nodes.Clear();
        _buffers.Clear();
        _body.Clear();
        _nodeCount = _bufferCount = 0;
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _buffers.Dispose();
        _body.Dispose();
    }

    // The length before compression, then a frame; -1 and the bytes themselves where a frame is no shorter.
    private void Compress(ReadOnlySpan<byte> bytes)
    {
        int start = _body.Length;
        _body.WriteInt64(bytes.Length);
        int written = compression == CompressionKind.Zstd
            ? Zstd.Compress(bytes, _body.GetSpan(Zstd.MaxCompressedLength(bytes.Length)), 1)
            : Lz4.CompressFrame(bytes, _body.GetSpan(Lz4.MaxFrameLength(bytes.Length)));
        if (written < bytes.Length)
        {
            _body.Advance(written);
            return;
        }
        BinaryPrimitives.WriteInt64LittleEndian(_body.Written(start, 8), -1);
        _body.WriteBytes(bytes);
    }
}
