using System.Diagnostics;

namespace ColFrag.Clients.Tests.Support;

/// <summary>A program by others with a script of ours, run against a server; what it prints is its answer.</summary>
static class ClientScript
{
    /// <summary>Runs a script of tests/interop/clients.</summary>
    public static string Run(string script, int port, string user, string database)
    {
        string path = Repository.PathOf("tests", "interop", "clients", script);
        string[] command = Path.GetExtension(script) switch
        {
            // Debian's own interpreter: another python3 on the PATH does not see Debian's modules.
            ".py" => ["/usr/bin/python3", path],
            ".mjs" => ["node", path],
            ".java" => ["java", "-cp", Judge.JdbcDriver, path],
            _ => throw new ArgumentException($"No program runs {script}."),
        };
        return Run([.. command, $"{port}", user, database]);
    }

    /// <summary>Runs a program and gives what it printed; its complaint is part of the answer where it fails.</summary>
    public static string Run(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Repository.PathOf("tests", "interop"),
        };
        start.Environment["PGCONNECT_TIMEOUT"] = "10";
        start.Environment["PYTHONWARNINGS"] = "ignore";
        start.Environment["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : $"{output}\nended with {process.ExitCode}: {complaint.Result}";
    }
}
