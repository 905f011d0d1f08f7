using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// What a client sends to COPY FROM STDIN. It is kept in a file under the name that the client gave, so that readers
/// can look twice, work in parallel, and tell formats by the name.
/// </summary>
internal sealed class ClientInput : IInputFiles, IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly string _stored;

    private ClientInput(string name, string stored)
    {
        Name = name;
        _stored = stored;
    }

    /// <summary>What errors, rejects and <c>filename</c> show.</summary>
    public string Name { get; }

    /// <summary>Takes all that the client sends.</summary>
    public static async ValueTask<ClientInput> ReceiveAsync(
        Stream input, string name, LoadProgress progress, CancellationToken cancellationToken)
    {
        ClientInput received = new(name, Path.GetTempFileName());
        try
        {
            await using FileStream file = new(received._stored, FileMode.Create, FileAccess.Write, FileShare.None, 1);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                progress.Receive(count);
            }
            return received;
        }
        catch (IOException error)
        {
            received.Dispose();
            throw new StorageException(
                "Cannot keep what the client sends", received._stored,
                $"{error.Message} Free space there, or point TMPDIR at a folder that has it.", inner: error);
        }
        catch
        {
            received.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Expand(string pattern) => [Name];

    public IInputFile Open(string path) => new Named(LocalInputFiles.Instance.Open(_stored), Name);

    public void Dispose() => File.Delete(_stored);

    private sealed class Named(IInputFile file, string name) : IInputFile
    {
        public string Path => name;

        public long? Length => file.Length;

        public int Read(long offset, Span<byte> target) => file.Read(offset, target);

        public void Dispose() => file.Dispose();
    }
}
