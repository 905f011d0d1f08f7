using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>A page, decompressed. The buffer may be kept by vectors that point into it.</summary>
internal sealed class ParquetPage(ParquetPageHeader header, NativeBuffer buffer, int length, string file, long offset)
{
    public ParquetPageHeader Header { get; } = header;

    public NativeBuffer Buffer { get; } = buffer;

    /// <summary>Bytes of levels and values.</summary>
    public int Length { get; } = length;

    /// <summary>The error for a rule that the page breaks.</summary>
    public CorruptDataException Corrupt(string what) => new($"Parquet {what}", file, offset);

    public void ThrowUnless(bool holds, string what)
    {
        if (!holds) throw Corrupt(what);
    }
}

/// <summary>
/// The pages of one column chunk in order. The file is read in windows, so that a chunk of any size takes little
/// memory; offsets have 64 bits throughout.
/// </summary>
internal sealed unsafe class ParquetPageStream : IDisposable
{
    private const int WindowBytes = 1 << 20;

    /// <summary>
    /// Old writers left the header of the dictionary page out of the length of the chunk; so the end is looked past.
    /// The number of values says where a chunk really ends.
    /// </summary>
    private const int MaxHeaderBytes = 100;

    private readonly IInputFile _file;
    private readonly ParquetCodec _codec;
    private readonly SourceCounters _counters;
    private readonly bool _verifiesChecksums;
    private readonly MemoryAccount _account;
    private readonly long _end;
    private NativeBuffer? _window;
    private NativeBuffer? _pageBuffer;
    private long _windowStart;
    private int _windowLength;
    private long _next;

    public ParquetPageStream(
        IInputFile file, ParquetColumnChunk chunk, bool verifiesChecksums, SourceCounters counters,
        MemoryAccount account)
    {
        _file = file;
        _codec = chunk.Codec;
        _verifiesChecksums = verifiesChecksums;
        _counters = counters;
        _account = account;
        _next = chunk.Start;
        long length = file.Length!.Value;
        CorruptDataException.ThrowUnless(
            chunk.Start >= 4 && chunk.CompressedBytes >= 0 && chunk.Start <= length
                && chunk.CompressedBytes <= length - chunk.Start,
            "Parquet column chunk outside of the file", file.Path, chunk.Start);
        _end = Math.Min(length, chunk.Start + chunk.CompressedBytes + MaxHeaderBytes);
    }

    /// <summary>Where the pages of a chunk lie, with all that is looked at to read them.</summary>
    public static FileBytes BytesOf(IInputFile file, ParquetColumnChunk chunk) =>
        FileBytes.Within(
            file.Path, chunk.Start, Math.Clamp(chunk.CompressedBytes, 0, file.Length!.Value) + MaxHeaderBytes,
            file.Length.Value);

    /// <summary>The header of the next page, and where its bytes begin; null at the end of the chunk.</summary>
    public ParquetPageHeader? PeekHeader(out long offset)
    {
        offset = _next;
        if (_next >= _end) return null;
        int wanted = (int)Math.Min(_end - _next, 4096);
        while (true)
        {
            byte* bytes = Need(wanted);
            int available = (int)Math.Min(_windowStart + _windowLength - _next, _end - _next);
            try
            {
                ParquetPageHeader header = ParquetMetadataReader.ReadPageHeader(
                    new ReadOnlySpan<byte>(bytes, available), _file.Path, _next, out int length);
                offset = _next + length;
                Check(header, offset);
                return header;
            }
            catch (CorruptDataException) when (available < _end - _next && available < WindowBytes)
            {
                // The header may have been cut off by the window.
                wanted = (int)Math.Min(_end - _next, Math.Min(available * 4L, WindowBytes));
            }
        }
    }

    /// <summary>Passes over the page whose header was just looked at.</summary>
    public void Skip(in ParquetPageHeader header, long offset) => _next = offset + header.CompressedBytes;

    /// <summary>Reads the page whose header was just looked at.</summary>
    public ParquetPage Read(in ParquetPageHeader header, long offset)
    {
        _next = offset;
        byte* bytes = Need(header.CompressedBytes);
        ReadOnlySpan<byte> source = new(bytes, header.CompressedBytes);
        if (_verifiesChecksums && header.Crc is uint crc)
        {
            CorruptDataException.ThrowUnless(Crc32.Compute(source) == crc, "Parquet page checksum", _file.Path, offset);
        }
        NativeBuffer buffer = TakeBuffer(header.UncompressedBytes);
        Span<byte> target = new(buffer.Pointer, header.UncompressedBytes);
        if (header.Type == ParquetPageType.DataV2)
        {
            // Levels stand before the values and are never compressed.
            int levels = header.DefinitionBytes + header.RepetitionBytes;
            source[..levels].CopyTo(target);
            ParquetCodec codec = header.IsCompressed ? _codec : ParquetCodec.Uncompressed;
            if (target.Length > levels || source.Length > levels && codec == ParquetCodec.Uncompressed)
            {
                ParquetCodecs.Decompress(codec, source[levels..], target[levels..], _file.Path, offset);
            }
        }
        else if (target.Length > 0)
        {
            ParquetCodecs.Decompress(_codec, source, target, _file.Path, offset);
        }
        // Kernels may look past the end; what they see there must not depend on older pages.
        new Span<byte>(buffer.Pointer + header.UncompressedBytes, NativeBuffer.PaddingBytes).Clear();
        _next = offset + header.CompressedBytes;
        return new ParquetPage(header, buffer, header.UncompressedBytes, _file.Path, offset);
    }

    public void Dispose()
    {
        _window?.Release();
        _pageBuffer?.Release();
        _window = _pageBuffer = null;
    }

    // A buffer that nobody keeps is used again; the stream itself holds it until the next page.
    private NativeBuffer TakeBuffer(int bytes)
    {
        if (_pageBuffer is not null && _pageBuffer.IsExclusive && _pageBuffer.Length >= bytes) return _pageBuffer;
        _pageBuffer?.Release();
        _pageBuffer = null;
        return _pageBuffer = NativeBuffer.Allocate(Math.Max(bytes, 1), _account);
    }

    private void Check(in ParquetPageHeader header, long offset)
    {
        int levels = header.Type == ParquetPageType.DataV2 ? header.DefinitionBytes + header.RepetitionBytes : 0;
        bool isValid = header.CompressedBytes >= 0 && header.CompressedBytes <= _end - offset &&
            header.UncompressedBytes >= 0 &&
            header.UncompressedBytes - levels <= ParquetCodecs.MaxDecompressedBytes(
                header.IsCompressed ? _codec : ParquetCodec.Uncompressed, header.CompressedBytes) &&
            header.DefinitionBytes >= 0 && header.RepetitionBytes >= 0 && levels >= 0 &&
            levels <= header.CompressedBytes && levels <= header.UncompressedBytes && header.ValueCount >= 0;
        CorruptDataException.ThrowUnless(isValid, "Parquet page header", _file.Path, _next);
    }

    /// <summary>The next bytes, so many of them in one piece.</summary>
    private byte* Need(int count)
    {
        long offset = _next - _windowStart;
        if (_window is not null && offset >= 0 && offset + count <= _windowLength) return _window.Pointer + offset;
        int wanted = (int)Math.Min(_end - _next, Math.Max(count, WindowBytes));
        if (_window is null || _window.Length < wanted)
        {
            _window?.Release();
            _window = null;
            _window = NativeBuffer.Allocate(wanted, _account);
        }
        _windowStart = _next;
        _windowLength = _file.Read(_next, new Span<byte>(_window.Pointer, wanted));
        _counters.AddBytes(_windowLength);
        CorruptDataException.ThrowUnless(_windowLength >= count, "file ends early", _file.Path, _next + _windowLength);
        return _window.Pointer;
    }
}
