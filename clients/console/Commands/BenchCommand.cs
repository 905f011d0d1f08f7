using System.CommandLine;
using ColFrag.Console.Bench;

namespace ColFrag.Console.Commands;

/// <summary>
/// <c>colfrag bench --exec</c>: lets a benchmark drive an embedded database. The suites are a program of the source
/// tree (tests/ColFrag.Benchmarks), which the launcher of a checkout starts for <c>./colfrag bench SUITE</c>.
/// </summary>
static class BenchCommand
{
    public static Command Create()
    {
        Option<bool> exec = new("--exec")
        {
            Description = "Answers requests of a benchmark, a JSON object per line, on standard input and output",
            Required = true,
        };
        Command command = new(
            "bench", "Lets a benchmark drive an embedded database; in a checkout, ./colfrag bench SUITE measures it")
        {
            exec,
        };
        command.SetAction(async (_, cancellationToken) =>
        {
            await using ExecProtocol protocol = new();
            await protocol.RunAsync(System.Console.In, System.Console.Out, cancellationToken);
            return 0;
        });
        return command;
    }
}
