using System.CommandLine;
using ColFrag.Console.Cluster;
using ColFrag.Console.Output;
using ColFrag.Console.Processes;
using ColFrag.Coordinator;
using ColFrag.Engine;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag cluster up|status|down DIR</c>: a whole cluster on this machine.</summary>
static class ClusterCommand
{
    private const int DefaultWorkers = 3;

    public static Command Create() => new("cluster", "A coordinator and workers on this machine")
    {
        Up(), Status(), Down(),
    };

    private static Argument<string> Folder() => new("DIR")
    {
        Description = "The database's folder, made when it is not there; one that was embedded grows in its place",
    };

    private static Command Up()
    {
        Argument<string> folder = Folder();
        Option<int> workers = new("--workers")
        {
            HelpName = "N", Description = $"How many workers; as many as before, or {DefaultWorkers}",
        };
        Option<int?> port = new("--pg")
        {
            HelpName = "PORT",
            Description = $"The coordinator's port; the one it had, or {ServerOptions.DefaultPort}; 0 = any free one",
        };
        Option<bool> assemblies = AssemblyOption.Create();
        Command command = new("up", "Starts what does not run, and waits until all of it can be used")
        {
            folder, workers, port, assemblies,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            LocalCluster cluster = new(new ClusterFolder(parsed.GetValue(folder)!))
            {
                ServerOptions = parsed.GetValue(assemblies) ? [AssemblyOption.Name] : [],
            };
            int count = parsed.GetValue(workers);
            if (count == 0) count = Math.Max(cluster.Folder.CountWorkers(), 0);
            if (count == 0) count = DefaultWorkers;
            if (count is < 1 or > LocalCluster.MaxWorkers)
            {
                throw new UsageException($"--workers is 1 to {LocalCluster.MaxWorkers}: {count}");
            }
            bool isNew = cluster.Folder.Read().Coordinator is null;
            int wanted = parsed.GetValue(port) ?? (isNew ? ServerOptions.DefaultPort : 0);
            await cluster.UpAsync(count, wanted, Tell, cancellationToken);
            System.Console.Out.WriteLine($"The cluster answers at {cluster.Address}: colfrag {cluster.Address}");
            return 0;
        });
        return command;

        static void Tell(RunningServer server) =>
            System.Console.Out.WriteLine($"Started {server.Name} (process {server.ProcessId})");
    }

    private static Command Status()
    {
        Argument<string> folder = Folder();
        Command command = new("status", "Shows the processes, and which worker has which fragment") { folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            LocalCluster cluster = new(new ClusterFolder(parsed.GetValue(folder)!));
            ResultTarget target = ResultTarget.StandardOutput();
            foreach (RunningServer server in cluster.Folder.Read().Servers)
            {
                string state = ServerProcess.IsRunning(server) ? $"runs, process {server.ProcessId}" : "does not run";
                await target.Writer.WriteLineAsync($"{server.Name,-12} {state}");
            }
            await target.Writer.FlushAsync(cancellationToken);
            await using ISession session = await cluster.ConnectAsync(cancellationToken);
            await target.Writer.WriteLineAsync();
            foreach (string line in await FragmentMap.DrawAsync(session, target.UseColor, cancellationToken))
            {
                await target.Writer.WriteLineAsync(line);
            }
            await target.Writer.FlushAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Down()
    {
        Argument<string> folder = Folder();
        Command command = new("down", "Stops all processes in order; data stay") { folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            LocalCluster cluster = new(new ClusterFolder(parsed.GetValue(folder)!));
            int stopped = await cluster.DownAsync(cancellationToken);
            System.Console.Out.WriteLine(stopped == 0 ? "Nothing ran" : $"Stopped {stopped} processes");
            return 0;
        });
        return command;
    }
}
