using System.Diagnostics;

namespace ColFrag.Clients.Tests.Support;

/// <summary>The .NET command line, in a folder.</summary>
static class DotnetCommand
{
    /// <summary>Runs it and gives what it printed; its complaint where it fails.</summary>
    public static string Run(string folder, params string[] arguments) => RunProgram(folder, "dotnet", arguments);

    /// <summary>Runs a program and gives what it printed; its complaint where it fails.</summary>
    public static string RunProgram(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        // What this run of tests was told is not for others.
        foreach (string name in start.Environment.Keys.Where(IsOfThisRun).ToArray()) start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{complaint.Result}");
        return output;
    }

    private static bool IsOfThisRun(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name == "DOTNET_HOST_PATH" ||
        name.StartsWith("VSTEST", StringComparison.Ordinal);
}
