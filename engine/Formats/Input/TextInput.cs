using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Input;

/// <summary>
/// A text file as UTF-8, whatever lies on the disk: compressed, UTF-16, Latin-1, a pipe. Plain files are read at any
/// offset; everything else from front to back, with its start kept so that it can be looked at first.
/// </summary>
internal sealed class TextInput : IDisposable
{
    /// <summary>What tells compression and encoding.</summary>
    private const int MarkBytes = 4;

    private readonly IInputFiles _files;
    private readonly CompressionKind _compression;
    private readonly Encoding? _encoding;
    private readonly SourceCounters _counters;
    private byte[] _start = [];
    private Stream? _rest;
    private bool _isStreamTaken;

    private TextInput(
        IInputFiles files, IInputFile file, CompressionKind compression, Encoding? encoding, SourceCounters counters)
    {
        _files = files;
        File = file;
        _compression = compression;
        _encoding = encoding;
        _counters = counters;
    }

    /// <summary>The file as it lies on the disk.</summary>
    public IInputFile File { get; }

    /// <summary>The path, for messages.</summary>
    public string Path => File.Path;

    /// <summary>True when <see cref="Read"/> may ask for any offset.</summary>
    public bool IsPositional => File.Length is not null && _compression == CompressionKind.None && _encoding is null;

    /// <summary>Opens a file.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="path">Its path.</param>
    /// <param name="compression">By name, or null to tell by the file's name and first bytes.</param>
    /// <param name="encoding">By name, or null for UTF-8 unless a byte order mark says UTF-16.</param>
    /// <param name="counters">Counts the bytes taken.</param>
    public static TextInput Open(
        IInputFiles files, string path, string? compression, string? encoding, SourceCounters counters)
    {
        IInputFile file = files.Open(path);
        try
        {
            byte[] start = new byte[MarkBytes];
            start = start[..file.Read(0, start)];
            if (file.Length is null) file = new PeekedInputFile(file, start);
            CompressionKind kind = compression is null or "auto"
                ? CompressionKinds.FromName(path)
                : CompressionKinds.Parse(compression);
            if (kind == CompressionKind.None && compression is (null or "auto"))
                kind = CompressionKinds.FromStart(start);
            return new TextInput(
                files, file, kind, FindEncoding(encoding, kind == CompressionKind.None ? start : []), counters);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Text that lies in memory.</summary>
    public static TextInput FromMemory(string path, ReadOnlyMemory<byte> text) =>
        new(LocalInputFiles.Instance, new MemoryInputFile(path, text), CompressionKind.None, null,
            new SourceCounters());

    /// <summary>
    /// The first bytes of the text, as many as asked for unless it is shorter. They stay in memory where the text
    /// cannot be read again.
    /// </summary>
    public ReadOnlyMemory<byte> ReadStart(int bytes)
    {
        if (IsPositional)
        {
            byte[] read = new byte[Math.Min(bytes, File.Length!.Value)];
            int count = File.Read(0, read);
            return read.AsMemory(0, count);
        }
        if (_start.Length < bytes)
        {
            _rest ??= OpenStream(File);
            byte[] longer = new byte[bytes];
            _start.CopyTo(longer, 0);
            int count = Guard(_rest, longer.AsSpan(_start.Length), _start.Length);
            _start = longer[..(_start.Length + count)];
        }
        return _start.AsMemory(0, Math.Min(bytes, _start.Length));
    }

    /// <summary>Reads bytes of a positional text; fewer only at the end.</summary>
    public int Read(long offset, Span<byte> target)
    {
        Invariant.Holds(IsPositional);
        int count = File.Read(offset, target);
        _counters.AddBytes(count);
        return count;
    }

    /// <summary>The whole text from front to back. A pipe can be taken once.</summary>
    public ITextStream OpenSequential()
    {
        if (IsPositional) return new PositionalText(this);
        if (!_isStreamTaken)
        {
            _isStreamTaken = true;
            return new StreamText(this, _start, _rest ??= OpenStream(File));
        }
        if (File.Length is null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"The input can be read only once: {Path}",
                hint: "Load it into a table first, or write it to a file.");
        }
        return new StreamText(this, [], OpenStream(_files.Open(Path)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rest?.Dispose();
        File.Dispose();
    }

    private Stream OpenStream(IInputFile file)
    {
        Stream raw = new InputFileStream(file, _counters);
        Stream plain = _compression switch
        {
            CompressionKind.Gzip => new GzipInput(raw, Path),
            CompressionKind.Brotli => BrotliInput.Open(raw, Path),
            CompressionKind.Zstd => Zstd.Open(raw, Path),
            CompressionKind.Lz4 => Lz4.Open(raw, Path),
            _ => raw,
        };
        return _encoding is null ? plain : Encoding.CreateTranscodingStream(plain, _encoding, Encoding.UTF8);
    }

    private int Guard(Stream stream, Span<byte> target, long offset)
    {
        try
        {
            return stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (DecoderFallbackException error)
        {
            throw new QueryException(
                SqlStates.InvalidTextRepresentation, $"Text is not {_encoding!.WebName}: {Path} near byte {offset}",
                hint: "Name the file's encoding: encoding = 'latin-1'.", inner: error);
        }
    }

    private static Encoding? FindEncoding(string? name, ReadOnlySpan<byte> start)
    {
        string known = name?.ToUpperInvariant().Replace("_", "-", StringComparison.Ordinal) ?? "";
        switch (known)
        {
            case "UTF-8" or "UTF8":
                return null;
            case "":
                // Two bytes of a mark, and not the four of UTF-32.
                if (start.StartsWith<byte>([0xFF, 0xFE]) && !start.StartsWith<byte>([0xFF, 0xFE, 0, 0]))
                    known = "UTF-16LE";
                else if (start.StartsWith<byte>([0xFE, 0xFF])) known = "UTF-16BE";
                else return null;
                break;
            case "LATIN1" or "LATIN-1":
                known = "ISO-8859-1";
                break;
            case "UTF16":
                known = "UTF-16";
                break;
        }
        try
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            return Encoding.GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException error)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Unknown encoding: {name}",
                hint: "Known are utf-8, utf-16, latin-1 and windows-1252, among others.", inner: error);
        }
    }

    private sealed class PositionalText(TextInput input) : ITextStream
    {
        private long _offset;

        public int Read(Span<byte> target)
        {
            int count = input.Read(_offset, target);
            _offset += count;
            return count;
        }

        public void Dispose()
        {
        }
    }

    private sealed class StreamText(TextInput input, byte[] start, Stream rest) : ITextStream
    {
        private long _offset;

        public int Read(Span<byte> target)
        {
            int count = 0;
            if (_offset < start.Length)
            {
                count = Math.Min(target.Length, start.Length - (int)_offset);
                start.AsSpan((int)_offset, count).CopyTo(target);
                _offset += count;
            }
            if (count == target.Length) return count;
            int more = input.Guard(rest, target[count..], _offset);
            _offset += more;
            return count + more;
        }

        public void Dispose() => rest.Dispose();
    }
}

/// <summary>An input that goes forward only, of which the first bytes were looked at.</summary>
internal sealed class PeekedInputFile(IInputFile file, byte[] start) : IInputFile
{
    public string Path => file.Path;

    public long? Length => file.Length;

    public int Read(long offset, Span<byte> target)
    {
        if (offset >= start.Length) return file.Read(offset, target);
        int count = Math.Min(target.Length, start.Length - (int)offset);
        start.AsSpan((int)offset, count).CopyTo(target);
        return count == target.Length ? count : count + file.Read(start.Length, target[count..]);
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Bytes in memory as a file.</summary>
internal sealed class MemoryInputFile(string path, ReadOnlyMemory<byte> bytes) : IInputFile
{
    public string Path => path;

    public long? Length => bytes.Length;

    public int Read(long offset, Span<byte> target)
    {
        int count = (int)Math.Clamp(bytes.Length - offset, 0, target.Length);
        bytes.Span.Slice((int)Math.Min(offset, bytes.Length), count).CopyTo(target);
        return count;
    }

    public void Dispose()
    {
    }
}

/// <summary>A text from front to back.</summary>
internal interface ITextStream : IDisposable
{
    /// <summary>Fills the target; less only at the end.</summary>
    int Read(Span<byte> target);
}

/// <summary>An input file as a stream for the codecs.</summary>
internal sealed class InputFileStream(IInputFile file, SourceCounters counters) : ForwardReadStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        int count = file.Read(_position, buffer);
        _position += count;
        counters.AddBytes(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
}
