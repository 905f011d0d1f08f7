using System.CommandLine;
using ColFrag.Console.Demo;
using ColFrag.Console.Output;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag demo</c>: what ColFrag does, told step by step on real data.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        Option<bool> keeps = new("--keep") { Description = "Leaves the folder, and says how to open it" };
        Command command = new("demo", "Shows what ColFrag does, step by step, on real data") { keeps };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(keeps), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool keeps, CancellationToken cancellationToken)
    {
        DemoData data = DemoData.Find();
        Narrator narrator = new(ResultTarget.StandardOutput(), EmbeddedPart.StepCount);
        string folder = Path.Combine(Directory.CreateTempSubdirectory("colfrag-demo-").FullName, "demo");
        try
        {
            await new EmbeddedPart(narrator, data, folder).RunAsync(cancellationToken);
            narrator.Line();
            narrator.Say($"That took {Duration.Of(narrator.Elapsed)}.");
            if (keeps) narrator.Say($"The database stays in {folder}; open it with: colfrag {folder}");
            return 0;
        }
        catch (DemoFailedException exception)
        {
            await System.Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 1;
        }
        finally
        {
            if (!keeps) Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }
}
