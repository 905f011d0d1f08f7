using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Engine.Files;

/// <summary>What the platform cannot do on Unix: it opens no folders, and no files without a lock.</summary>
internal static partial class UnixFolder
{
    private const int ReadOnly = 0, Interrupted = 4, InvalidArgument = 22;

    private static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    /// <summary>Makes the names in a folder durable.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle handle = Open(path, ReadOnly | CloseOnExec);
        if (handle.IsInvalid) throw Failed(path, Marshal.GetLastPInvokeError());
        if (Synchronize(handle) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        // Some file systems have nothing to flush for a folder and say so.
        if (error != InvalidArgument) throw Failed(path, error);
    }

    /// <summary>Opens a file to read it, whoever has it locked.</summary>
    public static SafeFileHandle OpenWithoutLock(string path)
    {
        SafeFileHandle handle = Open(path, ReadOnly | CloseOnExec);
        if (!handle.IsInvalid) return handle;
        int error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        SafeFileHandle handle;
        do
        {
            handle = OpenOnce(path, flags);
        }
        while (handle.IsInvalid && Marshal.GetLastPInvokeError() == Interrupted);
        return handle;
    }

    private static StorageException Failed(string path, int error) =>
        FileErrors.Convert(new IOException(Marshal.GetPInvokeErrorMessage(error), error), path);

    // "open" takes a mode as a variable argument only when it creates; without, the fixed form is the same call.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenOnce(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(SafeFileHandle handle);
}
