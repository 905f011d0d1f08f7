using System.ComponentModel;
using System.Diagnostics;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Processes;

/// <summary>
/// A coordinator or worker that this program starts as a process of its own and leaves running. The two know each other
/// by files: the process writes its addresses into a ready file once it listens, and everything it prints into a log.
/// </summary>
static class ServerProcess
{
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts this program again with other arguments and waits until it is ready.</summary>
    /// <param name="name">For messages, such as <c>worker 2</c>.</param>
    /// <param name="arguments">Verb and arguments.</param>
    /// <param name="files">Where it writes.</param>
    /// <param name="cancellationToken">Stops waiting, and the process.</param>
    /// <exception cref="ClusterException">It ended or was not ready in time; the end of its log is in the
    /// message.</exception>
    public static async Task<RunningServer> StartAsync(
        string name, IEnumerable<string> arguments, ServerFiles files, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(files.Log)!);
        File.Delete(files.Ready);
        ProcessStartInfo start = new(Environment.ProcessPath!);
        // Under `dotnet colfrag.dll` the process is dotnet, and the program its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "colfrag.dll"));
        }
        // It stays: everything is compiled fully at first use.
        start.Environment.TryAdd("DOTNET_TC_QuickJit", "0");
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(ServerFiles.LogOption);
        start.ArgumentList.Add(files.Log);
        start.ArgumentList.Add(ServerFiles.ReadyOption);
        start.ArgumentList.Add(files.Ready);
        // It must not keep this program's streams open: whoever reads them would wait for the end of the server. What
        // it prints goes to its log as soon as it has begun.
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start) ?? throw new ClusterException($"Could not start {name}");
        try
        {
            long begin = Stopwatch.GetTimestamp();
            while (!File.Exists(files.Ready))
            {
                if (process.HasExited)
                {
                    throw new ClusterException(
                        $"{name} ended with code {process.ExitCode}: {LastWords(files.Log)}", isTransient: false,
                        hint: $"Its log is {files.Log}");
                }
                if (Stopwatch.GetElapsedTime(begin) > s_startPatience)
                {
                    throw new ClusterException(
                        $"{name} was not ready within {s_startPatience.TotalSeconds:0} s",
                        hint: $"Its log is {files.Log}");
                }
                await Task.Delay(s_pause, cancellationToken);
            }
        }
        catch
        {
            if (!process.HasExited) process.Kill();
            throw;
        }
        return new RunningServer(
            name, process.Id, StartTime(process), await File.ReadAllTextAsync(files.Ready, cancellationToken));
    }

    /// <summary>True while this very process runs; its number may belong to another one by now.</summary>
    public static bool IsRunning(RunningServer server)
    {
        using Process? process = Find(server);
        return process is not null;
    }

    /// <summary>Ends a process at once, as a crash would: no file is closed, nobody is told.</summary>
    public static void Kill(RunningServer server)
    {
        using Process? process = Find(server);
        process?.Kill();
        process?.WaitForExit();
    }

    /// <summary>Asks a process to end and waits until it has; ends it the hard way when it does not.</summary>
    public static async Task StopAsync(RunningServer server, CancellationToken cancellationToken)
    {
        using Process? process = Find(server);
        if (process is null) return;
        if (OperatingSystem.IsWindows() || !UnixProcess.Terminate(process.Id)) process.Kill();
        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(s_stopPatience, cancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.WaitForExitAsync(cancellationToken);
        }
    }

    private static Process? Find(RunningServer server)
    {
        Process process;
        try
        {
            process = Process.GetProcessById(server.ProcessId);
        }
        catch (ArgumentException)
        {
            return null;
        }
        // A second apart at most: the system's clock ticks are rounded.
        bool isSame = !process.HasExited &&
            Math.Abs((StartTime(process) - server.StartedAt).TotalSeconds) < 1;
        if (isSame) return process;
        process.Dispose();
        return null;
    }

    private static DateTime StartTime(Process process)
    {
        try
        {
            return process.StartTime.ToUniversalTime();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return DateTime.MinValue;
        }
    }

    private static string LastWords(string log)
    {
        if (!File.Exists(log)) return "it printed nothing";
        // A hint follows the error that it is for.
        string[] lines = [.. File.ReadLines(log).Where(line => line.Length > 0)];
        int error = Array.FindLastIndex(lines, line => line.StartsWith("error:", StringComparison.Ordinal));
        return lines.Length == 0 ? "it printed nothing" : string.Join("; ", lines[(error < 0 ? ^1 : error)..]);
    }
}

/// <summary>A process that was started, told apart from a later one with the same number by its start.</summary>
/// <param name="Name">For messages.</param>
/// <param name="ProcessId">Its number.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="Ready">What it wrote when it was ready.</param>
sealed record RunningServer(string Name, int ProcessId, DateTime StartedAt, string Ready);

/// <summary>Where a server that was started in the background writes.</summary>
sealed record ServerFiles(string Log, string Ready)
{
    public const string LogOption = "--log";
    public const string ReadyOption = "--ready-file";
}
