using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ColFrag.Console.Tests.Cluster;

/// <summary>
/// Machines that are network namespaces behind one bridge: their wires can be cut, in both directions or in one.
/// Machine 0 has the address that ends in 1.
/// </summary>
sealed class NetworkOfNamespaces : IDisposable
{
    private static readonly Lazy<bool> s_isPermitted = new(TryOne);
    private static int s_count;

    // The kernel takes a namespace apart some time after it was deleted: the next network has other names.
    private readonly string _name = string.Create(
        CultureInfo.InvariantCulture,
        $"cf{Environment.ProcessId}{(char)('a' + (Interlocked.Increment(ref s_count) % 26))}");

    private readonly string _subnet = string.Create(
        CultureInfo.InvariantCulture, $"10.{200 + (Environment.ProcessId % 50)}.{Environment.ProcessId / 50 % 250}");

    private readonly int _machineCount;

    public NetworkOfNamespaces(int machineCount)
    {
        _machineCount = machineCount;
        Ip("link", "add", _name, "type", "bridge");
        Ip("address", "add", $"{HostAddress}/24", "dev", _name);
        Ip("link", "set", _name, "up");
        for (int machine = 0; machine < machineCount; machine++)
        {
            Ip("netns", "add", NamespaceOf(machine));
            Ip("link", "add", WireOf(machine), "type", "veth", "peer", "name", "eth0", "netns", NamespaceOf(machine));
            Ip("link", "set", WireOf(machine), "master", _name, "up");
            Ip("-n", NamespaceOf(machine), "link", "set", "lo", "up");
            Ip("-n", NamespaceOf(machine), "address", "add", $"{AddressOf(machine)}/24", "dev", "eth0");
            Ip("-n", NamespaceOf(machine), "link", "set", "eth0", "up");
        }
    }

    /// <summary>True where this user may make namespaces.</summary>
    public static bool IsPermitted => s_isPermitted.Value;

    /// <summary>Where the machines reach this process.</summary>
    public string HostAddress => $"{_subnet}.254";

    /// <summary>Where a machine can be reached, from here and from the others.</summary>
    public string AddressOf(int machine) => string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{machine + 1}");

    /// <summary>The words before a program and its arguments that let it run on a machine.</summary>
    public string[] CommandOn(int machine) => ["ip", "netns", "exec", NamespaceOf(machine)];

    /// <summary>Nothing reaches a machine, and nothing from it anybody.</summary>
    public void Cut(int machine) => Ip("link", "set", WireOf(machine), "down");

    /// <summary>Nothing of one machine reaches another; the other way goes on.</summary>
    public void CutOneWay(int from, int to) =>
        Ip("-n", NamespaceOf(from), "route", "replace", "blackhole", $"{AddressOf(to)}/32");

    /// <summary>Mends every cut.</summary>
    public void Mend()
    {
        for (int machine = 0; machine < _machineCount; machine++)
        {
            Ip("link", "set", WireOf(machine), "up");
            for (int other = 0; other < _machineCount; other++)
            {
                TryIp("-n", NamespaceOf(machine), "route", "delete", "blackhole", $"{AddressOf(other)}/32");
            }
        }
    }

    public void Dispose()
    {
        for (int machine = 0; machine < _machineCount; machine++)
        {
            TryIp("link", "delete", WireOf(machine));
            TryIp("netns", "delete", NamespaceOf(machine));
        }
        TryIp("link", "delete", _name);
    }

    private static bool TryOne()
    {
        if (!OperatingSystem.IsLinux()) return false;
        string name = string.Create(CultureInfo.InvariantCulture, $"cftry{Environment.ProcessId}");
        bool isMade = TryIp("netns", "add", name) && TryIp("-n", name, "link", "add", "wire", "type", "veth");
        TryIp("netns", "delete", name);
        return isMade;
    }

    private static void Ip(params string[] arguments)
    {
        (int code, string output) = Run(arguments);
        Assert.True(code == 0, $"ip {string.Join(' ', arguments)}: {output}");
    }

    private static bool TryIp(params string[] arguments)
    {
        try
        {
            return Run(arguments).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Run(string[] arguments)
    {
        ProcessStartInfo start = new("ip", arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    private string NamespaceOf(int machine) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{machine}");

    private string WireOf(int machine) => string.Create(CultureInfo.InvariantCulture, $"{_name}v{machine}");
}
