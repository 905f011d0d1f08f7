using System.CommandLine;
using ColFrag.Console.Commands;
using ColFrag.Console.Editing;
using ColFrag.Console.Output;
using ColFrag.Engine.Errors;

namespace ColFrag.Console;

/// <summary>The door to everything that ColFrag does from a command line.</summary>
static class Program
{
    private const int ExitCodeFailed = 1;
    private const int ExitCodeUsage = 2;

    public static async Task<int> Main(string[] arguments)
    {
        ParseResult parsed = CommandTable.Build().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message)) Complain(message, hint: null);
            await System.Console.Error.WriteLineAsync("See colfrag --help.");
            return ExitCodeUsage;
        }
        try
        {
            // Control-C is handled where work can be cancelled: by the console per statement, by servers as shutdown.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException exception)
        {
            Complain(exception.Message, hint: null);
            return ExitCodeUsage;
        }
        catch (ColFragException exception)
        {
            Complain(exception.Message, exception.Hint);
            return ExitCodeFailed;
        }
        catch (OperationCanceledException)
        {
            Complain("Canceled", hint: null);
            return ExitCodeFailed;
        }
    }

    private static void Complain(string message, string? hint)
    {
        bool useColor = ResultTarget.AllowsColor && !System.Console.IsErrorRedirected;
        string title = useColor ? $"{TextStyles.Sequence(TextStyle.Error)}error:{TextStyles.Reset}" : "error:";
        System.Console.Error.WriteLine($"{title} {message}");
        if (hint is not null) System.Console.Error.WriteLine($"hint: {hint}");
    }
}
