using System.Diagnostics;

namespace ColFrag.Console.Tests;

/// <summary>The built command, run once to its end.</summary>
static class CommandProcess
{
    /// <summary>Its exit code, and what it wrote to standard output and then to standard error.</summary>
    public static (int Code, string Output) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "colfrag.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
