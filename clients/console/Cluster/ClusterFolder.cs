using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ColFrag.Console.Processes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Console.Cluster;

/// <summary>
/// What <c>colfrag cluster up DIR</c> leaves in a folder. The coordinator's data lie in the folder itself, so that a
/// database that was embedded grows in its place; everything about processes lies below it.
/// <code>
///   DIR/                        catalog, and what is not on workers: as colfrag DIR makes it
///   DIR/cluster/processes.json  what runs
///   DIR/cluster/worker-N/       folder of worker N
///   DIR/cluster/NAME.log        what a process printed
///   DIR/cluster/NAME.ready      where it listens
/// </code>
/// </summary>
sealed class ClusterFolder(string folder)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>The database's folder.</summary>
    public string Data => Path.GetFullPath(folder);

    private string Own => Path.Combine(Data, StorePaths.Cluster);

    private string List => Path.Combine(Own, "processes.json");

    /// <summary>The folder of a worker, counted from 1.</summary>
    public string WorkerFolder(int number) =>
        Path.Combine(Own, string.Create(CultureInfo.InvariantCulture, $"worker-{number}"));

    /// <summary>Where a process writes.</summary>
    public ServerFiles FilesOf(string name)
    {
        string file = name.Replace(' ', '-');
        return new ServerFiles(Path.Combine(Own, file + ".log"), Path.Combine(Own, file + ".ready"));
    }

    /// <summary>How many workers have a folder here.</summary>
    public int CountWorkers()
    {
        int count = 0;
        while (Directory.Exists(WorkerFolder(count + 1))) count++;
        return count;
    }

    /// <summary>The processes that were started last, whether they run or not.</summary>
    /// <exception cref="StorageException">The list is damaged.</exception>
    public ClusterProcesses Read()
    {
        if (!File.Exists(List)) return new ClusterProcesses([]);
        try
        {
            return JsonSerializer.Deserialize<ClusterProcesses>(File.ReadAllText(List), s_json)
                ?? new ClusterProcesses([]);
        }
        catch (JsonException error)
        {
            throw new StorageException(
                "The list of processes is damaged", List, "Stop them by hand and delete the file.", inner: error);
        }
    }

    /// <summary>Writes the list.</summary>
    public void Write(ClusterProcesses processes)
    {
        Directory.CreateDirectory(Own);
        string draft = List + ".draft";
        File.WriteAllText(draft, JsonSerializer.Serialize(processes, s_json));
        File.Move(draft, List, overwrite: true);
    }
}

/// <summary>The processes of a cluster on this machine.</summary>
/// <param name="Servers">The coordinator first, then the workers in the order of their numbers.</param>
sealed record ClusterProcesses(IReadOnlyList<RunningServer> Servers)
{
    /// <summary>The name of the coordinator.</summary>
    public const string CoordinatorName = "coordinator";

    /// <summary>The coordinator, running or not.</summary>
    [JsonIgnore]
    public RunningServer? Coordinator => Servers.FirstOrDefault(s => s.Name == CoordinatorName);

    /// <summary>The name of a worker.</summary>
    public static string WorkerName(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"worker {number}");

    /// <summary>The process of a name, when it runs.</summary>
    public RunningServer? FindRunning(string name) =>
        Servers.FirstOrDefault(s => s.Name == name && ServerProcess.IsRunning(s));

    /// <summary>The same with a process in the place of one of its name.</summary>
    public ClusterProcesses With(RunningServer server) =>
        new([.. Servers.Where(s => s.Name != server.Name).Append(server).OrderBy(s => s.Name, NameOrder)]);

    private static readonly Comparer<string> NameOrder = Comparer<string>.Create(
        (x, y) => x.Length != y.Length && x != CoordinatorName && y != CoordinatorName
            ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y));
}
