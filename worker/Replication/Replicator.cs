using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Worker.Fragments;

namespace ColFrag.Worker.Replication;

/// <summary>Copies segments between workers: whoever gets a copy pulls it, verifies every hash and flushes.</summary>
internal sealed class Replicator(
    SegmentFetcher fetcher, SegmentCache segments, FragmentFolder folder, SegmentLocks locks, CopyFence fence,
    NodeConnections connections, Func<WorkerAddress> self)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>This worker.</summary>
    public WorkerAddress Self => self();

    /// <summary>Adds its answers to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) => handlers.On<CopySegment>(PullAsync);

    /// <summary>
    /// Has other workers copy a segment that lies here; returns those that have it now, in the order in which they
    /// were named.
    /// </summary>
    public async Task<ImmutableArray<long>> PushAsync(
        long table, long segment, ImmutableArray<GroupHash> groups, ImmutableArray<WorkerAddress> replicas,
        CancellationToken cancellationToken)
    {
        WorkerAddress me = Self;
        CopySegment request = new(table, segment, groups, me.Worker, me.Address);
        bool[] haveIt = await Waiting.AllAsync(replicas.Select(r => TryPushAsync(r, request, cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. replicas.Where((_, i) => haveIt[i]).Select(r => r.Worker)];
    }

    private async Task<bool> TryPushAsync(
        WorkerAddress replica, CopySegment request, CancellationToken cancellationToken)
    {
        try
        {
            RpcConnection connection = await connections.GetAsync(replica, cancellationToken);
            await connection.CallAsync<Done>(request, s_patience, cancellationToken);
            return true;
        }
        catch (ColFragException)
        {
            // The coordinator sees in the answer who has it and who has not.
            return false;
        }
    }

    /// <summary>Takes away what came of column groups that are not whole, beside others that lie here.</summary>
    private async ValueTask TryDeleteAsync(CopySegment request, ImmutableArray<int> groups)
    {
        try
        {
            await folder.DeleteGroupsAsync(request.Table, request.Segment, groups);
        }
        catch (ColFragException)
        {
            // It costs room until this worker registers again.
        }
    }

    private async Task<IMessage> PullAsync(CopySegment request, RpcCall call)
    {
        await Buggify.PauseAsync("a copy is asked for");
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        int[] groups = [.. request.Groups.Select(g => g.Group)];
        fence.Adopt(request.Segment, groups, request.Revision);
        long before = folder.BytesOf(request.Table, request.Segment);
        ImmutableArray<int> missing = folder.MissingOf(request.Table, request.Segment, groups);
        RpcConnection source = await connections.GetAsync(
            new WorkerAddress(request.SourceNode, request.SourceAddress), call.CancellationToken);
        // What may be open of an earlier, damaged copy is not what lies there from now on.
        segments.Forget(request.Segment);
        try
        {
            await fetcher.FetchAsync(source, request.Table, request.Segment, request.Groups, call.CancellationToken);
        }
        catch when (before == 0)
        {
            // A part of a copy is no copy; one that was whole before may still be.
            folder.Delete(request.Table, request.Segment);
            throw;
        }
        catch when (missing.Length > 0)
        {
            await TryDeleteAsync(request, missing);
            throw;
        }
        finally
        {
            folder.Count(folder.BytesOf(request.Table, request.Segment) - before);
        }
        return Done.Instance;
    }
}
