using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// What a client sends to COPY FROM STDIN. It is kept under the name that the client gave, so that readers can look
/// twice, work in parallel, and tell formats by the name: in memory while it is little, in a file from then on.
/// </summary>
internal sealed class ClientInput : IInputFiles, IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly ReadOnlyMemory<byte> _little;
    private readonly string? _stored;

    private ClientInput(string name, ReadOnlyMemory<byte> little, string? stored)
    {
        Name = name;
        _little = little;
        _stored = stored;
    }

    /// <summary>What errors, rejects and <c>filename</c> show.</summary>
    public string Name { get; }

    /// <summary>Takes all that the client sends.</summary>
    public static async ValueTask<ClientInput> ReceiveAsync(
        Stream input, string name, LoadProgress progress, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
        int length = 0;
        while (length < buffer.Length)
        {
            int count = await input.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0) break;
            length += count;
            progress.Receive(count);
        }
        return length < buffer.Length
            ? new ClientInput(name, buffer.AsMemory(0, length).ToArray(), null)
            : await StoreAsync(input, name, buffer, progress, cancellationToken);
    }

    public IReadOnlyList<string> Expand(string pattern) => [Name];

    public IInputFile Open(string path) => _stored is null
        ? new InMemory(_little, Name) : new Named(LocalInputFiles.Instance.Open(_stored), Name);

    public string? PlaceOf(string path) => _stored;

    public void Dispose()
    {
        if (_stored is not null) File.Delete(_stored);
    }

    /// <summary>Keeps the first bytes and all that follow in a file.</summary>
    private static async ValueTask<ClientInput> StoreAsync(
        Stream input, string name, byte[] buffer, LoadProgress progress, CancellationToken cancellationToken)
    {
        ClientInput received = new(name, default, Path.GetTempFileName());
        try
        {
            await using FileStream file = new(received._stored!, FileMode.Create, FileAccess.Write, FileShare.None, 1);
            int count = buffer.Length;
            do
            {
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                count = await input.ReadAsync(buffer, cancellationToken);
                progress.Receive(count);
            }
            while (count > 0);
            return received;
        }
        catch (IOException error)
        {
            received.Dispose();
            throw new StorageException(
                "Cannot keep what the client sends", received._stored!,
                $"{error.Message} Free space there, or point TMPDIR at a folder that has it.", inner: error);
        }
        catch
        {
            received.Dispose();
            throw;
        }
    }

    private sealed class Named(IInputFile file, string name) : IInputFile
    {
        public string Path => name;

        public long? Length => file.Length;

        public int Read(long offset, Span<byte> target) => file.Read(offset, target);

        public void Dispose() => file.Dispose();
    }

    private sealed class InMemory(ReadOnlyMemory<byte> bytes, string name) : IInputFile
    {
        public string Path => name;

        public long? Length => bytes.Length;

        public int Read(long offset, Span<byte> target)
        {
            if (offset >= bytes.Length) return 0;
            ReadOnlySpan<byte> rest = bytes.Span[(int)offset..];
            int count = Math.Min(rest.Length, target.Length);
            rest[..count].CopyTo(target);
            return count;
        }

        public void Dispose()
        {
        }
    }
}
