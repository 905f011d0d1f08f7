using ColFrag.Engine.Memory;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>Starts tasks wherever they are to run, and reads their rows.</summary>
/// <param name="directory">The workers.</param>
/// <param name="local">The coordinator's own tasks.</param>
internal sealed class TaskSites(ISiteDirectory directory, StageRunner local)
{
    /// <summary>The workers.</summary>
    public ISiteDirectory Directory => directory;

    /// <summary>Counts the dictionaries of what is read.</summary>
    public MemoryAccount Dictionaries => local.Dictionaries;

    /// <summary>Starts a task; its rows can be read when it returns.</summary>
    /// <exception cref="Engine.Errors.ColFragException">The worker is gone, or the task cannot run there.</exception>
    public async Task<SiteTask> StartAsync(WorkerAddress where, TaskOrder order, CancellationToken cancellationToken)
    {
        TaskAddress address = new(order.Task, where);
        if (where.Worker == 0) return new LocalSiteTask(local.Start(order), address);
        RpcConnection connection = await directory.ConnectAsync(where, cancellationToken);
        return await RemoteSiteTask.StartAsync(connection, order, address, cancellationToken);
    }

    /// <summary>Begins to read a partition.</summary>
    public PartitionStream Read(Guid query, SiteTask task, int partition) =>
        local.OpenPartition(query, task.Address, partition);
}
