namespace ColFrag.Engine.Files;

/// <summary>An open file, to read any part of it from any thread.</summary>
internal interface IFile : IDisposable
{
    /// <summary>The path in its file system.</summary>
    string Path { get; }

    /// <summary>How many bytes it has.</summary>
    long Length { get; }

    /// <summary>
    /// Reads from an offset and returns how many bytes: fewer than asked only at the end of the file.
    /// </summary>
    int Read(long offset, Span<byte> target);

    /// <summary>
    /// Reads from an offset and returns how many bytes: fewer than asked only at the end of the file.
    /// </summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken = default);
}

/// <summary>An open file that grows at its end, by one writer at a time.</summary>
internal interface IAppendFile : IFile
{
    /// <summary>Adds bytes at the end. They are durable after the next flush.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Adds bytes at the end. They are durable after the next flush.</summary>
    ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>Cuts off what lies behind the given length.</summary>
    void Truncate(long length);

    /// <summary>
    /// Makes all bytes durable. When that fails nobody knows which are, and asking the system again may report a
    /// success that is none (the pages count as clean): from then on every append and flush through this handle fails.
    /// </summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
