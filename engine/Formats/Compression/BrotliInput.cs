using System.Buffers;
using System.IO.Compression;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>
/// Brotli (RFC 7932) from front to back; unlike the platform's stream, it notices where the input was cut off.
/// </summary>
internal sealed class BrotliInput : IStreamDecoder
{
    private BrotliDecoder _decoder;

    /// <inheritdoc/>
    public bool IsAtFrameEnd { get; private set; }

    /// <summary>A stream of what another stream's bytes decompress to.</summary>
    public static Stream Open(Stream source, string name) => new DecompressionStream(source, new BrotliInput(), name);

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target, out int used, out int written)
    {
        used = written = 0;
        // Bytes behind the end belong to nothing.
        if (IsAtFrameEnd) return source.IsEmpty;
        OperationStatus status = _decoder.Decompress(source, target, out used, out written);
        IsAtFrameEnd = status == OperationStatus.Done;
        return status != OperationStatus.InvalidData;
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();
}
