using System.IO.Compression;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Compression;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Engine.Formats.Output;

/// <summary>
/// Where a writer's bytes go: a file that gets its name when it is complete, or a stream of the caller. Compression is
/// put around either.
/// </summary>
internal sealed class OutputTarget : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _temporary;
    private readonly Stream _raw;
    private readonly Stream _stream;
    private readonly bool _ownsRaw;
    private Task _flushing = Task.CompletedTask;
    private long _unflushedBytes;
    private bool _isFinished;

    private OutputTarget(string? path, string? temporary, Stream raw, Stream stream, bool ownsRaw)
    {
        _path = path;
        _temporary = temporary;
        _raw = raw;
        _stream = stream;
        _ownsRaw = ownsRaw;
    }

    /// <summary>Bytes taken, before compression.</summary>
    public long Length { get; private set; }

    /// <summary>Opens a file under a temporary name beside its own, or takes a stream.</summary>
    public static OutputTarget Open(string? path, Stream? stream, CompressionKind compression)
    {
        if (stream is not null)
            return new OutputTarget(null, null, stream, Compress(stream, compression), ownsRaw: false);
        if (path is "-" or "/dev/stdout")
        {
            Stream output = Console.OpenStandardOutput();
            return new OutputTarget(null, null, output, Compress(output, compression), ownsRaw: true);
        }
        string temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            return new OutputTarget(path, temporary, file, Compress(file, compression), ownsRaw: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw FileErrors.Convert(error, path!);
        }
    }

    /// <summary>Bytes after which the disk is set to work, so that little is left to wait for at the end.</summary>
    private const long EarlyFlushBytes = 16 << 20;

    /// <summary>Appends bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            Length += bytes.Length;
            _unflushedBytes += bytes.Length;
            if (_unflushedBytes >= EarlyFlushBytes && _path is not null) FlushEarly();
        }
        catch (Exception error) when (_path is not null && error is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Convert(error, _path!);
        }
    }

    // One flush at a time, and none after one that failed: the system tells of a failure once, and so must we.
    private void FlushEarly()
    {
        if (!_flushing.IsCompletedSuccessfully) return;
        _unflushedBytes = 0;
        SafeFileHandle file = ((FileStream)_raw).SafeFileHandle;
        _flushing = Task.Run(() => RandomAccess.FlushToDisk(file));
    }

    /// <summary>Flushes, makes the file durable and gives it its name.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!ReferenceEquals(_stream, _raw)) await _stream.DisposeAsync().ConfigureAwait(false);
            await _raw.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (_path is not null)
            {
                await _flushing.ConfigureAwait(false);
                ((FileStream)_raw).Flush(flushToDisk: true);
                await _raw.DisposeAsync().ConfigureAwait(false);
                File.Move(_temporary!, _path, overwrite: true);
                if (!OperatingSystem.IsWindows()) UnixFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            }
            _isFinished = true;
        }
        catch (Exception error) when (_path is not null && error is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Convert(error, _path!);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_ownsRaw)
        {
            if (!_isFinished && !ReferenceEquals(_stream, _raw)) await _stream.DisposeAsync().ConfigureAwait(false);
            return;
        }
        await _flushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _raw.DisposeAsync().ConfigureAwait(false);
        if (_temporary is null || _isFinished) return;
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The file that was not finished stays; its name says what it is.
        }
    }

    private static Stream Compress(Stream raw, CompressionKind compression) => compression switch
    {
        CompressionKind.None => raw,
        CompressionKind.Gzip => new GZipStream(raw, CompressionLevel.Fastest, leaveOpen: true),
        CompressionKind.Brotli => new BrotliStream(raw, CompressionLevel.Fastest, leaveOpen: true),
        CompressionKind.Zstd => new CompressionBlocksStream(raw, CompressionKind.Zstd),
        _ => new CompressionBlocksStream(raw, CompressionKind.Lz4),
    };
}
