using System.CommandLine;
using ColFrag.Console.Sessions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;

namespace ColFrag.Console.Processes;

/// <summary>What a coordinator or worker takes of the machine: a folder, threads, memory.</summary>
sealed class ServerResources : IDisposable
{
    private ServerResources(IFileSystem files, ThreadScheduler scheduler, MemoryBroker memory) =>
        (Files, Scheduler, Memory) = (files, scheduler, memory);

    public IFileSystem Files { get; }

    public ThreadScheduler Scheduler { get; }

    public MemoryBroker Memory { get; }

    /// <summary>How many threads run queries.</summary>
    public static Option<int> ThreadsOption() => new("--threads")
    {
        HelpName = "N", Description = "Threads that run queries; 0 = one for each core",
    };

    /// <summary>How much memory they may use.</summary>
    public static Option<long> MemoryOption() => new("--memory-mb")
    {
        HelpName = "N", Description = "Megabytes of memory for data; 0 = 80 % of the machine's",
    };

    /// <summary>Opens a folder, made when it is not there, and begins the threads.</summary>
    /// <exception cref="StorageException">It is no folder, or cannot be made.</exception>
    public static ServerResources Open(string folder, int threads, long memoryMegabytes)
    {
        IFileSystem files;
        if (folder == SessionTarget.InMemory)
        {
            files = new MemoryFileSystem(tracksCrashes: false);
        }
        else
        {
            if (File.Exists(folder))
            {
                throw new StorageException("Not a folder", folder, "Name a folder; it is made when it is not there.");
            }
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new StorageException("Cannot open the folder", folder, error.Message, inner: error);
            }
            files = new LocalFileSystem(Path.GetFullPath(folder));
        }
        long bytes = memoryMegabytes > 0
            ? memoryMegabytes << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 8;
        return new ServerResources(files, new ThreadScheduler(threads), new MemoryBroker(bytes));
    }

    public void Dispose() => Scheduler.Dispose();
}
