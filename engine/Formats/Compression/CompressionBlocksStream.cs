using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>
/// Writes zstd or LZ4 as a row of frames, each of a megabyte of text: readers of either take frames in a row as one
/// text.
/// </summary>
internal sealed class CompressionBlocksStream(Stream target, CompressionKind kind) : ForwardWriteStream
{
    private const int BlockBytes = 1 << 20, ZstdLevel = 3;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _compressed = new byte[kind == CompressionKind.Zstd
        ? Zstd.MaxCompressedLength(BlockBytes)
        : Lz4.MaxFrameLength(BlockBytes)];

    private int _length;
    private bool _isDisposed;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int part = Math.Min(buffer.Length, BlockBytes - _length);
            buffer[..part].CopyTo(_block.AsSpan(_length));
            _length += part;
            buffer = buffer[part..];
            if (_length == BlockBytes) WriteBlock();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // Compressing is work, not waiting; only full blocks reach the target.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            if (_length > 0) WriteBlock();
        }
        base.Dispose(disposing);
    }

    private void WriteBlock()
    {
        Invariant.Holds(kind is CompressionKind.Zstd or CompressionKind.Lz4);
        ReadOnlySpan<byte> text = _block.AsSpan(0, _length);
        int length = kind == CompressionKind.Zstd
            ? Zstd.Compress(text, _compressed, ZstdLevel)
            : Lz4.CompressFrame(text, _compressed);
        target.Write(_compressed, 0, length);
        _length = 0;
    }
}
