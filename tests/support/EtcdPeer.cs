using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ColFrag.Tests.Support;

/// <summary>How the members of an <see cref="EtcdPeer"/> are started.</summary>
sealed record EtcdSettings
{
    public int MemberCount { get; init; } = 1;

    /// <summary>Where a member listens.</summary>
    public Func<int, string> AddressOf { get; init; } = _ => "127.0.0.1";

    /// <summary>The words before the program that let it run on a machine of its own.</summary>
    public Func<int, string[]> CommandOn { get; init; } = _ => [];

    /// <summary>More arguments.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>True where clients speak TLS, as the arguments say.</summary>
    public bool IsSecure { get; init; }
}

/// <summary>
/// An etcd of one or several members in a folder of the system's temporary ones, whose members can be killed and
/// paused.
/// </summary>
sealed class EtcdPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-etcd-").FullName;
    private readonly EtcdSettings _settings;
    private readonly Process?[] _members;
    private readonly (int Client, int Peer, int Metrics)[] _ports;

    private EtcdPeer(EtcdSettings settings)
    {
        _settings = settings;
        _members = new Process?[settings.MemberCount];
        _ports = [.. Enumerable.Range(0, settings.MemberCount).Select(_ => (FreePort(), FreePort(), FreePort()))];
    }

    /// <summary>How many members there are.</summary>
    public int MemberCount => _members.Length;

    /// <summary>Where members answer: <c>etcd://HOST:PORT,HOST:PORT</c>.</summary>
    public string Address => $"{(_settings.IsSecure ? "etcds" : "etcd")}://" +
        string.Join(',', Enumerable.Range(0, MemberCount).Select(ClientOf));

    /// <summary>The port at which clients reach a member.</summary>
    public int ClientPortOf(int member) => _ports[member].Client;

    /// <summary>Starts all members; they answer when this returns.</summary>
    public static async Task<EtcdPeer> StartAsync(EtcdSettings? settings = null)
    {
        EtcdPeer peer = new(settings ?? new EtcdSettings());
        await peer.UpAsync();
        return peer;
    }

    /// <summary>Starts every member that does not run, and waits until all answer.</summary>
    public async Task UpAsync()
    {
        for (int member = 0; member < MemberCount; member++)
        {
            if (_members[member] is not { HasExited: false }) _members[member] = Start(member);
        }
        for (int member = 0; member < MemberCount; member++) await WaitUntilHealthyAsync(member);
    }

    /// <summary>Ends a member at once.</summary>
    public void Kill(int member)
    {
        _members[member]!.Kill();
        _members[member]!.WaitForExit();
    }

    /// <summary>A member does nothing more, and its connections stay.</summary>
    public void Pause(int member) => Signal("STOP", member);

    /// <summary>A paused member goes on.</summary>
    public void Continue(int member) => Signal("CONT", member);

    /// <summary>The member that leads, as the first says who answers.</summary>
    public async Task<int> LeaderAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            for (int member = 0; member < MemberCount; member++)
            {
                if (await StatusAsync(member) is { } status && status.Id == status.Leader) return member;
            }
            if (Stopwatch.GetElapsedTime(begin) > s_patience) throw new TimeoutException($"no leader: {Log(0)}");
            await Task.Delay(50);
        }
    }

    /// <summary>Asks a member by its JSON gateway, for what no client of ours needs.</summary>
    public async Task<JsonElement> AskAsync(int member, string method, string body = "{}")
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await s_http.PostAsync($"http://{ClientOf(member)}/v3/{method}", content);
        string text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.Clone()
            : throw new HttpRequestException($"{method}: {text}");
    }

    public void Dispose()
    {
        foreach (Process? member in _members)
        {
            if (member is { HasExited: false }) member.Kill();
            member?.WaitForExit();
            member?.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Start(int member)
    {
        (string address, int peer, int metrics) =
            (_settings.AddressOf(member), _ports[member].Peer, _ports[member].Metrics);
        string scheme = _settings.IsSecure ? "https" : "http", log = Path.Combine(_folder, $"log{member}");
        string[] command =
        [
            .. _settings.CommandOn(member), Judge.FindProgram(Judge.Etcd)!,
            "--name", $"m{member}", "--data-dir", Path.Combine(_folder, $"m{member}"),
            "--listen-client-urls", $"{scheme}://{ClientOf(member)}",
            "--advertise-client-urls", $"{scheme}://{ClientOf(member)}",
            "--listen-peer-urls", Text($"http://{address}:{peer}"),
            "--initial-advertise-peer-urls", Text($"http://{address}:{peer}"),
            "--listen-metrics-urls", Text($"http://{address}:{metrics}"),
            "--initial-cluster", string.Join(',', Enumerable.Range(0, MemberCount).Select(PeerOf)),
            "--heartbeat-interval", "50", "--election-timeout", "500",
            "--experimental-watch-progress-notify-interval", "5s",
            "--logger", "zap", "--log-level", "warn", "--log-outputs", "stderr",
            .. _settings.Arguments,
        ];
        return Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]))!;
    }

    private async Task WaitUntilHealthyAsync(int member)
    {
        long begin = Stopwatch.GetTimestamp();
        string url = Text($"http://{_settings.AddressOf(member)}:{_ports[member].Metrics}/health");
        while (true)
        {
            try
            {
                if ((await s_http.GetStringAsync(url)).Contains("\"true\"", StringComparison.Ordinal)) return;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // It has not started yet, or has no leader yet.
            }
            if (_members[member]!.HasExited || Stopwatch.GetElapsedTime(begin) > s_patience)
            {
                throw new InvalidOperationException($"member {member} did not start: {Log(member)}");
            }
            await Task.Delay(50);
        }
    }

    private async Task<(string Id, string Leader)?> StatusAsync(int member)
    {
        try
        {
            JsonElement status = await AskAsync(member, "maintenance/status");
            return (status.GetProperty("header").GetProperty("member_id").GetString()!,
                status.TryGetProperty("leader", out JsonElement leader) ? leader.GetString()! : "");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private string ClientOf(int member) => Text($"{_settings.AddressOf(member)}:{_ports[member].Client}");

    private string PeerOf(int member) =>
        Text($"m{member}=http://{_settings.AddressOf(member)}:{_ports[member].Peer}");

    private string Log(int member) => string.Join(
        '\n', File.ReadLines(Path.Combine(_folder, $"log{member}")).TakeLast(10));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Signal(string signal, int member)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", Text($"{_members[member]!.Id}")]);
        kill.WaitForExit();
    }
}
