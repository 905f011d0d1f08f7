using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Console.Processes;

/// <summary>What a server in the background needs of Linux and macOS beyond .NET.</summary>
[UnsupportedOSPlatform("windows")]
static partial class UnixProcess
{
    private const int TerminateSignal = 15;
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>Asks a process to end. False where it is gone or not ours.</summary>
    public static bool Terminate(int processId) => Kill(processId, TerminateSignal) == 0;

    /// <summary>
    /// Leaves the terminal's session, so that Control-C and the end of the terminal do not reach this process, and
    /// sends everything printed to a file, also what the runtime prints when it dies.
    /// </summary>
    public static void Detach(string log)
    {
        _ = SetSession();
        using SafeFileHandle file = File.OpenHandle(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        int handle = (int)file.DangerousGetHandle();
        _ = Duplicate(handle, StandardOutput);
        _ = Duplicate(handle, StandardError);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);
}
