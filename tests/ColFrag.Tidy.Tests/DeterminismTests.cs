using System.Text.RegularExpressions;

namespace ColFrag.Tidy.Tests;

/// <summary>
/// What the simulator runs may use nothing that a seed cannot repeat: threads, timers, dates and random numbers of the
/// process, and what hands continuations to the thread pool. There is something for each in <c>engine/Time</c>.
/// </summary>
public sealed partial class DeterminismTests
{
    /// <summary>Where the distributed core lies; what only talks to sockets and terminals is not of it.</summary>
    private static readonly string[] s_core =
    [
        "engine/Catalog/", "engine/Store/", "engine/Storage/", "engine/Sessions/", "engine/Execution/", "protocol/",
        "coordinator/", "worker/", "simulation/",
    ];

    private static readonly string[] s_outside =
    [
        // The doors to sockets and to the process; a simulation has its own.
        "protocol/Transport/SocketTransport.cs", "protocol/Transport/PipeConnection.cs", "coordinator/Listeners/",
        "protocol/Transport/NetworkAddress.cs", "coordinator/ServerHost.cs", "coordinator/Sessions/FolderDoor.cs",
        "coordinator/Sessions/UserFile.cs", "protocol/Etcd/",
        // Figures for people, and a limit that a session sets for itself.
        "engine/Execution/LaneClock.cs", "engine/Execution/OperatorStatistics.cs", "engine/Execution/PipelineLane.cs",
        "protocol/Stages/TaskStatistics.cs", "engine/Sessions/Session.cs",
        // The real files of COPY and BACKUP, which are not the database's.
        "engine/Sessions/ClientInput.cs", "engine/Sessions/BackupStatements.cs",
        "engine/Sessions/DatabaseFiles.cs",
        // Measures turns in the ticks of the machine, and takes them from the seed.
        "simulation/Scheduling/SimulatedScheduler.cs",
    ];

    [Fact]
    public void The_distributed_core_uses_nothing_that_a_seed_cannot_repeat()
    {
        string[] offenders =
        [
            .. from file in SourceTree.WithExtension(".cs")
               where s_core.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))
               where !s_outside.Any(part => file.StartsWith(part, StringComparison.Ordinal))
               from line in File.ReadLines(Repository.PathOf(file)).Select((text, i) => (Number: i + 1, Text: text))
               where !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
               where Banned().IsMatch(line.Text)
               select $"{file}:{line.Number}: {line.Text.Trim()}",
        ];
        Assert.True(offenders.Length == 0, string.Join('\n', offenders));
    }

    [Fact]
    public void What_is_excepted_is_there() => Assert.All(
        s_outside, part => Assert.Contains(
            SourceTree.Files, file => file.StartsWith(part, StringComparison.Ordinal)));

    [GeneratedRegex(
        @"\bTask\.(Run|Delay|WhenAny|WhenAll|Factory)\b|\bnew (Thread|Timer|PeriodicTimer|SemaphoreSlim)\b|" +
        @"\bSemaphoreSlim\b|\bThreadPool\.|\bParallel\.|\.ConfigureAwait\(|\.CancelAsync\(|\.CancelAfter\(|" +
        @"\.Task\.WaitAsync\(|\.ContinueWith\(|TaskScheduler\.|\bStopwatch\b|\bDateTime(Offset)?\.(Utc)?Now\b|" +
        @"\bGuid\.NewGuid\b|\bRandom\.Shared\b|\bEnvironment\.TickCount|\bTimeProvider\b|" +
        @"\bRandomNumberGenerator\b|(?<!\))\.CopyToAsync\(|(?<!\.)\bFile\.(Open|Read|Write|Delete|Exists|Move)|" +
        @"\bnew (FileStream|Socket|TcpClient)\b")]
    private static partial Regex Banned();
}
