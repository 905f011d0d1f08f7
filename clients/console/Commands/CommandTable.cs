using System.CommandLine;

namespace ColFrag.Console.Commands;

/// <summary>The one list of what <c>colfrag</c> can do from a command line.</summary>
static class CommandTable
{
    public static RootCommand Build()
    {
        RootCommand root = new("ColFrag: a columnar analytics store, embedded or as a cluster.");
        ConsoleCommand.AddTo(root);
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(WorkerCommand.Create());
        root.Subcommands.Add(ClusterCommand.Create());
        root.Subcommands.Add(PasswordCommand.Create());
        root.Subcommands.Add(LoadCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(DatasetCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(SimulateCommand.Create());
        return root;
    }
}
