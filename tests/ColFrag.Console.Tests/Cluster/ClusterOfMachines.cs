using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Sessions;
using ColFrag.Engine;

namespace ColFrag.Console.Tests.Cluster;

/// <summary>
/// A coordinator and workers as processes on machines of their own, each worker on a disk of its own that is small.
/// Machine 0 is the coordinator's; the members of etcd, where the catalog is in one, have the machines behind the
/// workers'.
/// </summary>
sealed class ClusterOfMachines : IAsyncDisposable
{
    private const int Port = 7432, WorkerPort = 7490, DiskMegabytes = 192;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-machines-").FullName;
    private readonly Process?[] _processes;
    private readonly int _etcdMemberCount;
    private readonly TcpProxy[] _proxies = [];

    public ClusterOfMachines(int workerCount, int etcdMemberCount = 0, bool hasProxies = false)
    {
        WorkerCount = workerCount;
        _etcdMemberCount = etcdMemberCount;
        Network = new NetworkOfNamespaces(workerCount + 1 + etcdMemberCount);
        _processes = new Process?[workerCount + 1];
        if (hasProxies)
        {
            _proxies =
            [
                .. Enumerable.Range(1, workerCount).Select(worker =>
                    new TcpProxy(Network.AddressOf(worker), WorkerPort, Network.HostAddress)),
            ];
        }
        for (int machine = 0; machine <= workerCount; machine++)
        {
            Directory.CreateDirectory(DiskOf(machine));
            if (machine > 0)
            {
                Run("mount", "-t", "tmpfs", "-o", $"size={DiskMegabytes}m", "colfrag-test", DiskOf(machine));
            }
        }
    }

    public int WorkerCount { get; }

    /// <summary>The etcd that has the catalog, once it was started; null where the coordinator has it.</summary>
    public EtcdPeer? Etcd { get; private set; }

    /// <summary>The machine of a member of etcd.</summary>
    public int MachineOf(int member) => WorkerCount + 1 + member;

    public NetworkOfNamespaces Network { get; }

    /// <summary>What stands between a worker and whoever connects to it.</summary>
    public TcpProxy ProxyOf(int worker) => _proxies[worker - 1];

    /// <summary>Starts every process that does not run, and waits until it says that it is ready.</summary>
    public async Task UpAsync()
    {
        if (Etcd is not null) await Etcd.UpAsync();
        else if (_etcdMemberCount > 0)
        {
            Etcd = await EtcdPeer.StartAsync(new EtcdSettings
            {
                MemberCount = _etcdMemberCount, AddressOf = member => Network.AddressOf(MachineOf(member)),
                CommandOn = member => Network.CommandOn(MachineOf(member)),
            });
        }
        for (int machine = 0; machine < _processes.Length; machine++)
        {
            if (_processes[machine] is { HasExited: false }) continue;
            string ready = Path.Combine(_folder, $"ready{machine}");
            File.Delete(ready);
            string address = Network.AddressOf(machine);
            string data = Path.Combine(DiskOf(machine), "data");
            string[] arguments = machine == 0
                ? ["serve", data, "--pg", Text(Port), .. Etcd is null ? [] : new[] { "--catalog", Etcd.Address }]
                :
                [
                    "worker", data, "--join", $"{Network.AddressOf(0)}:{Text(Port)}", "--port", Text(WorkerPort),
                    .. Advertised(machine),
                ];
            string[] command =
            [
                .. Network.CommandOn(machine), "dotnet", Path.Combine(AppContext.BaseDirectory, "colfrag.dll"),
                .. arguments, "--listen", address, "--insecure", "--threads", "1", "--memory-mb", "512",
                "--log", Path.Combine(_folder, $"log{machine}"), "--ready-file", ready,
            ];
            ProcessStartInfo start = new(command[0], command[1..])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            _processes[machine] = Process.Start(start)!;
            long begin = Stopwatch.GetTimestamp();
            while (!File.Exists(ready))
            {
                Assert.False(
                    _processes[machine]!.HasExited || Stopwatch.GetElapsedTime(begin) > s_patience,
                    $"machine {machine} did not start: {Log(machine)}");
                await Task.Delay(20);
            }
        }
    }

    /// <summary>A session through the socket in the coordinator's folder, which no cut reaches.</summary>
    public Task<ISession> ConnectAsync() =>
        SessionOpener.OpenAsync(SessionTarget.Parse(Path.Combine(DiskOf(0), "data")), CancellationToken.None);

    /// <summary>Ends a process at once.</summary>
    public void Kill(int machine)
    {
        _processes[machine]!.Kill();
        _processes[machine]!.WaitForExit();
    }

    /// <summary>A process does nothing more, and its connections stay.</summary>
    public void Pause(int machine) => Signal("STOP", machine);

    /// <summary>A paused process goes on.</summary>
    public void Continue(int machine) => Signal("CONT", machine);

    /// <summary>A worker's disk has no room left.</summary>
    public void FillDisk(int machine)
    {
        using FileStream file = File.Create(Filler(machine));
        byte[] bytes = new byte[64 << 10];
        try
        {
            while (true) file.Write(bytes);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>What filled a worker's disk goes.</summary>
    public void EmptyDisk(int machine) => File.Delete(Filler(machine));

    /// <summary>What a process wrote last.</summary>
    public string Log(int machine)
    {
        string log = Path.Combine(_folder, $"log{machine}");
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "no log";
    }

    public ValueTask DisposeAsync()
    {
        foreach (Process? process in _processes)
        {
            if (process is { HasExited: false }) process.Kill();
            process?.WaitForExit();
            process?.Dispose();
        }
        foreach (TcpProxy proxy in _proxies) proxy.Dispose();
        Etcd?.Dispose();
        for (int machine = 1; machine <= WorkerCount; machine++) Run("umount", DiskOf(machine));
        Network.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string[] Advertised(int worker) =>
        _proxies.Length == 0 ? [] : ["--advertise", ProxyOf(worker).Address];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}");
    }

    private void Signal(string signal, int machine) => Run("kill", $"-{signal}", Text(_processes[machine]!.Id));

    private string DiskOf(int machine) => Path.Combine(_folder, $"disk{machine}");

    private string Filler(int machine) => Path.Combine(DiskOf(machine), "filler");
}
