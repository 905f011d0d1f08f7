using System.Diagnostics;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>A disk of a few megabytes, in memory, that the system really runs out of.</summary>
sealed class SmallDisk : IDisposable
{
    private readonly string _mount;

    private SmallDisk(string mount) => _mount = mount;

    /// <summary>Why none can be had here; null when it can.</summary>
    public static string? Absence { get; } = FindAbsence();

    public static SmallDisk Mount(int megabytes)
    {
        string mount = Directory.CreateTempSubdirectory("colfrag-disk").FullName;
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", mount));
        return new SmallDisk(mount);
    }

    public string PathOf(string name) => Path.Combine(_mount, name);

    public void Dispose()
    {
        Run("umount", "-l", _mount);
        Directory.Delete(_mount);
    }

    private static string? FindAbsence()
    {
        if (!OperatingSystem.IsLinux()) return "no tmpfs here";
        string mount = Directory.CreateTempSubdirectory("colfrag-disk").FullName;
        try
        {
            if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount) != 0)
            {
                return "mounting is not allowed here";
            }
            Run("umount", mount);
            return null;
        }
        finally
        {
            Directory.Delete(mount);
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

/// <summary>A test that needs a small disk; skipped by name where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Absence;
}
