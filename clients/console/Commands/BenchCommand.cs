using System.CommandLine;
using ColFrag.Console.Bench;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag bench</c>: lets a benchmark drive an embedded database.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        Option<bool> exec = new("--exec")
        {
            Description = "Answers requests of a benchmark, a JSON object per line, on standard input and output",
            Required = true,
        };
        Command command = new("bench", "Lets a benchmark drive an embedded database") { exec };
        command.SetAction(async (_, cancellationToken) =>
        {
            await using ExecProtocol protocol = new();
            await protocol.RunAsync(System.Console.In, System.Console.Out, cancellationToken);
            return 0;
        });
        return command;
    }
}
