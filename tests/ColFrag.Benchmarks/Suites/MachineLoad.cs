using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Benchmarks.Suites;

/// <summary>What the machine is, and what others do on it (Linux; elsewhere nobody is seen).</summary>
internal static partial class MachineLoad
{
    /// <summary>Processors, memory and system in one line.</summary>
    public static string Describe()
    {
        string model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1].Trim() ?? "unknown processor"
            : RuntimeInformation.ProcessArchitecture.ToString();
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} x {model}, {memory:0} GiB, {RuntimeInformation.OSDescription}, " +
            $".NET {Environment.Version}");
    }

    /// <summary>Average number of processes that wanted to run in the last minute; null where it is not told.</summary>
    public static double? Average() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null;

    /// <summary>Processor time that the whole machine spent since it started, in milliseconds.</summary>
    public static double? BusyMilliseconds()
    {
        if (!File.Exists("/proc/stat")) return null;
        string line = File.ReadLines("/proc/stat").First();
        double[] ticks = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(
            t => double.Parse(t, CultureInfo.InvariantCulture))];
        // user, nice, system, irq, softirq, steal; a tick is 10 ms
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) * 10;
    }

    /// <summary>Lets the system forget the pages of the files below a folder, and no others.</summary>
    public static void Evict(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        const int DontNeed = 4;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using SafeFileHandle handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
            _ = Advise(handle, 0, 0, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
