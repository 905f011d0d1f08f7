using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Assemblies;

/// <summary>Brings the assemblies that plans need into this process, from the coordinator, each once.</summary>
internal sealed class AssemblyFetcher
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly AssemblyLibrary _library;
    private readonly Func<CancellationToken, ValueTask<RpcConnection>> _connect;
    private readonly Turns<string> _turns;

    /// <param name="library">Where they are kept.</param>
    /// <param name="connect">The connection to the coordinator.</param>
    public AssemblyFetcher(
        AssemblyLibrary library, Func<CancellationToken, ValueTask<RpcConnection>> connect)
    {
        (_library, _connect) = (library, connect);
        _turns = new Turns<string>(FetchAsync);
    }

    /// <summary>Ends when the assembly lies here.</summary>
    /// <exception cref="QueryException">42501: this process runs no assemblies.</exception>
    /// <exception cref="ClusterException">The coordinator is gone.</exception>
    /// <exception cref="CorruptDataException">It sent other bytes than those with the hash.</exception>
    public async ValueTask EnsureAsync(string hash, CancellationToken cancellationToken)
    {
        _library.RequireAllowed();
        if (!AssemblyEntry.IsHash(hash))
            throw new ClusterException("Not the hash of an assembly", isTransient: false, SqlStates.ProtocolViolation);
        if (_library.Has(hash)) return;
        cancellationToken.ThrowIfCancellationRequested();
        await _turns.RunAsync(hash);
    }

    // Tasks that begin together need the same one.
    private async ValueTask FetchAsync(IReadOnlyList<string> hashes)
    {
        foreach (string hash in hashes.Distinct().Where(h => !_library.Has(h)))
        {
            RpcConnection coordinator = await _connect(CancellationToken.None);
            await _library.AddAsync(await ReadAsync(coordinator, hash, CancellationToken.None));
        }
    }

    private static async Task<byte[]> ReadAsync(
        RpcConnection coordinator, string hash, CancellationToken cancellationToken)
    {
        await using RpcStream call = await coordinator.StartAsync(
            new ReadAssembly(hash), s_patience, cancellationToken);
        call.EndSending();
        using MemoryStream bytes = new();
        while (true)
        {
            using Frame? frame = await call.ReadAsync(cancellationToken);
            if (frame is null) break;
            CorruptDataException.ThrowUnless(
                frame.IsData(DataType.Bytes) && bytes.Length + frame.Body.Length <= AssemblyLibrary.MaxBytes,
                "length of an assembly", coordinator.Name, 0);
            bytes.Write(frame.Body.Span);
        }
        await call.GetReplyAsync<Done>();
        byte[] whole = bytes.ToArray();
        CorruptDataException.ThrowUnless(
            AssemblyLibrary.HashOf(whole) == hash, "hash of an assembly", coordinator.Name, 0);
        return whole;
    }
}
