using System.CommandLine;
using ColFrag.Console.Cluster;
using ColFrag.Console.Demo;
using ColFrag.Console.Output;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag demo</c>: what ColFrag does, told step by step on real data.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        Option<bool> keeps = new("--keep") { Description = "Leaves the cluster running, and says how to connect" };
        Command command = new("demo", "Shows what ColFrag does, step by step, on real data") { keeps };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(keeps), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool keeps, CancellationToken cancellationToken)
    {
        DemoData data = DemoData.Find();
        ResultTarget target = ResultTarget.StandardOutput();
        Narrator narrator = new(target, EmbeddedPart.StepCount + ClusterPart.StepCount);
        string folder = Path.Combine(Directory.CreateTempSubdirectory("colfrag-demo-").FullName, "demo");
        LocalCluster cluster = new(new ClusterFolder(folder));
        bool stays = false;
        try
        {
            IReadOnlyList<Answer> answers =
                await new EmbeddedPart(narrator, data, folder).RunAsync(cancellationToken);
            await new ClusterPart(narrator, cluster, target.UseColor).RunAsync(answers, cancellationToken);
            stays = keeps;
            narrator.Line();
            if (!keeps)
            {
                int stopped = await cluster.DownAsync(cancellationToken);
                narrator.Faint($"{stopped} processes were stopped in order, and the folder is deleted.");
            }
            narrator.Say($"That took {Duration.Of(narrator.Elapsed)}.");
            if (!keeps) return 0;
            narrator.Say("The cluster goes on running:");
            narrator.Line($"  colfrag {cluster.Address}");
            narrator.Line($"  colfrag cluster status {folder}");
            narrator.Line($"  colfrag cluster down {folder}");
            return 0;
        }
        catch (DemoFailedException exception)
        {
            await System.Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 1;
        }
        finally
        {
            if (!stays)
            {
                await cluster.DownAsync(CancellationToken.None);
                Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
            }
        }
    }
}
