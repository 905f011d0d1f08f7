using System.Diagnostics;
using System.Globalization;
using System.Text;
using ColFrag.Console.Cluster;
using ColFrag.Console.Demo;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using Xunit.Abstractions;

namespace ColFrag.Console.Tests.Cluster;

/// <summary>
/// Real processes on machines of their own whose wires are cut, in one direction too, whose disks are full, and which
/// stop and go on: whoever reads meanwhile sees whole loads only and all that were acknowledged, and afterwards every
/// fragment has its copies again.
/// </summary>
[Trait("Budget", "kill")]
[Collection("processes")]
public sealed class MachineFaultTests(ITestOutputHelper output)
{
    private const int WorkerCount = 3;
    private const int RowsOfLoad = 5_000;

    /// <summary>As many faults as there is always time for, whatever else the family has to do.</summary>
    private const int FewFaults = 3;

    private const string ConnectionErrors = "08";

    // How long workers may take to come back to a coordinator that was started again.
    private static readonly TimeSpan s_comingBack = TimeSpan.FromMinutes(1);

    private readonly Random _random = new(CommitSeed.Value);
    private readonly List<int> _acknowledged = [];
    private readonly List<int> _unknown = [];
    private int _nextLoad;

    [NamespaceFact]
    public async Task Cut_wires_full_disks_and_pauses_lose_nothing_that_was_acknowledged()
    {
        await using ClusterOfMachines cluster = new(WorkerCount);
        Fault[] faults = [.. Faults(cluster)];
        await RunAsync(cluster, faults, faults.Length);
    }

    [NamespaceFact]
    public async Task Late_slow_silent_and_broken_connections_lose_nothing_that_was_acknowledged()
    {
        await using ClusterOfMachines cluster = new(WorkerCount, hasProxies: true);
        await RunAsync(cluster, Shuffled(FaultsOfProxies(cluster)), FewFaults);
    }

    [NamespaceFact(Judge.Etcd)]
    public async Task Members_of_etcd_that_are_cut_off_paused_and_killed_lose_nothing_that_was_acknowledged()
    {
        await using ClusterOfMachines cluster = new(WorkerCount, etcdMemberCount: 3);
        await RunAsync(cluster, Shuffled(FaultsOfEtcd(cluster)), FewFaults);
    }

    private Fault[] Shuffled(IEnumerable<Fault> faults)
    {
        Fault[] shuffled = [.. faults];
        _random.Shuffle(shuffled);
        return shuffled;
    }

    private async Task RunAsync(ClusterOfMachines cluster, Fault[] faults, int least)
    {
        output.WriteLine($"seed {CommitSeed.Value}");
        await cluster.UpAsync();
        ISession session = await cluster.ConnectAsync();
        await WaitUntilWholeAsync(cluster, session, "true");
        await Answer.OfAsync(
            session,
            "CREATE TABLE loads (load INTEGER, city VARCHAR, amount INTEGER) WITH " +
            "(distributed_by = hash(city), ranges = 3, column_groups = ((load, city), (amount)))",
            CancellationToken.None);
        Assert.True(await TryLoadAsync(session, "nothing"));
        TimeSpan budget = TestBudget.Share("kill", KillTests.TestCount);
        long begin = Stopwatch.GetTimestamp();
        int rounds = 0;
        do
        {
            Fault fault = faults[rounds < faults.Length ? rounds : _random.Next(faults.Length)];
            int worker = 1 + _random.Next(WorkerCount);
            output.WriteLine($"{Stopwatch.GetElapsedTime(begin)} {fault.Name}, worker {worker}");
            fault.Begin(worker);
            Task<bool> load = TryLoadAsync(session, fault.Name);
            await Task.Delay(_random.Next(5_000));
            fault.End(worker);
            await load;
            await cluster.UpAsync();
            await session.DisposeAsync();
            session = await cluster.ConnectAsync();
            await AssertLoadsAsync(session, fault.Name);
            await WaitUntilWholeAsync(
                cluster, session,
                "SELECT count(*) > 0 AND min(copies) >= 2 FROM colfrag_fragments WHERE segments > 0");
            await AssertLoadsAsync(session, fault.Name);
            rounds++;
        }
        while (Stopwatch.GetElapsedTime(begin) < budget || rounds < least);
        await session.DisposeAsync();
        output.WriteLine(
            $"{rounds} faults, {_nextLoad} loads of which {_acknowledged.Count} were acknowledged and " +
            $"{_unknown.Count} had no answer");
        // Where at least two workers can be reached, loads go on.
        Assert.True(_acknowledged.Count > _nextLoad / 3, $"{_acknowledged.Count} of {_nextLoad} loads");
    }

    private sealed record Fault(string Name, Action<int> Begin, Action<int> End);

    private IEnumerable<Fault> Faults(ClusterOfMachines cluster)
    {
        NetworkOfNamespaces network = cluster.Network;
        yield return new("the wire of a worker is cut", network.Cut, _ => network.Mend());
        yield return new("a worker does not reach the coordinator", w => network.CutOneWay(w, 0), _ => network.Mend());
        yield return new("the coordinator does not reach a worker", w => network.CutOneWay(0, w), _ => network.Mend());
        yield return new(
            "a worker does not reach the next", w => network.CutOneWay(w, (w % WorkerCount) + 1), _ => network.Mend());
        yield return new("a worker is paused", cluster.Pause, cluster.Continue);
        yield return new("the coordinator is paused", _ => cluster.Pause(0), _ => cluster.Continue(0));
        yield return new("the disk of a worker is full", cluster.FillDisk, cluster.EmptyDisk);
        yield return new("a worker is killed", cluster.Kill, _ => { });
    }

    private static IEnumerable<Fault> FaultsOfProxies(ClusterOfMachines cluster)
    {
        yield return new(
            "all that goes to a worker and comes from it is late",
            w => cluster.ProxyOf(w).Delay = TimeSpan.FromMilliseconds(200), Mend);
        yield return new("the way to a worker is narrow", w => cluster.ProxyOf(w).BytesPerSecond = 100_000, Mend);
        yield return new(
            "nothing reaches a worker, and connections stay", w => cluster.ProxyOf(w).SwallowsRequests = true, Mend);
        yield return new(
            "a worker does as it is told, and its answers are lost",
            w => cluster.ProxyOf(w).SwallowsAnswers = true, Mend);
        yield return new("connections to a worker break", Break, Break);

        void Mend(int worker) => cluster.ProxyOf(worker).Mend();

        void Break(int worker) => cluster.ProxyOf(worker).Reset();
    }

    private static IEnumerable<Fault> FaultsOfEtcd(ClusterOfMachines cluster)
    {
        NetworkOfNamespaces network = cluster.Network;
        yield return new(
            "the leader of etcd is cut off", _ => network.Cut(cluster.MachineOf(Leader())), _ => network.Mend());
        yield return new(
            "the leader of etcd reaches clients and no member", _ => Isolate(Leader()), _ => network.Mend());
        yield return new(
            "a follower of etcd reaches clients and no member", _ => Isolate(Follower()), _ => network.Mend());
        yield return new("the leader of etcd is killed", _ => cluster.Etcd!.Kill(Leader()), _ => { });
        int paused = 0;
        yield return new(
            "the leader of etcd is paused", _ => cluster.Etcd!.Pause(paused = Leader()),
            _ => cluster.Etcd!.Continue(paused));
        yield return new(
            "the coordinator does not reach the leader of etcd", _ => network.CutOneWay(0, cluster.MachineOf(Leader())),
            _ => network.Mend());
        yield return new("the coordinator is killed", _ => cluster.Kill(0), _ => { });
        yield return new("a worker is killed", cluster.Kill, _ => { });

        int Leader() => cluster.Etcd!.LeaderAsync().GetAwaiter().GetResult();

        int Follower() => (Leader() + 1) % cluster.Etcd!.MemberCount;

        void Isolate(int member)
        {
            foreach (int other in Enumerable.Range(0, cluster.Etcd!.MemberCount).Where(other => other != member))
            {
                network.CutOneWay(cluster.MachineOf(member), cluster.MachineOf(other));
                network.CutOneWay(cluster.MachineOf(other), cluster.MachineOf(member));
            }
        }
    }

    private async Task<bool> TryLoadAsync(ISession session, string fault)
    {
        int load = _nextLoad++;
        StringBuilder lines = new();
        for (int i = 0; i < RowsOfLoad; i++) lines.Append(CultureInfo.InvariantCulture, $"{load},city{i % 97},{i}\n");
        session.CopyInput = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        try
        {
            await Answer.OfAsync(session, "COPY loads FROM STDIN (FORMAT csv)", CancellationToken.None);
            _acknowledged.Add(load);
            return true;
        }
        catch (ColFragException error)
        {
            Assert.True(error.SqlState != SqlStates.InternalError, $"{fault}: {error}");
            if (error.SqlState.StartsWith(ConnectionErrors, StringComparison.Ordinal)) _unknown.Add(load);
            output.WriteLine($"  load {load}: {error.SqlState} {error.Message}");
            return false;
        }
    }

    private async Task AssertLoadsAsync(ISession session, string fault)
    {
        Answer found = await AskAsync(
            session, "SELECT load, count(*), sum(amount) FROM loads GROUP BY load ORDER BY load");
        long sum = RowsOfLoad * (RowsOfLoad - 1L) / 2;
        string[] rows = [.. found.Rows.Select(row => string.Join(' ', row))];
        // What had no answer is there as a whole or not at all.
        HashSet<string> wanted = [.. _acknowledged.Select(Whole)], allowed = [.. wanted, .. _unknown.Select(Whole)];
        Assert.True(
            wanted.IsSubsetOf(rows) && allowed.IsSupersetOf(rows),
            $"{fault}: acknowledged {string.Join(", ", _acknowledged)}, no answer {string.Join(", ", _unknown)}, " +
            $"found {string.Join("; ", rows)}");

        string Whole(int load) => $"{load} {RowsOfLoad} {sum}";
    }

    // A coordinator that has just started refuses what no worker has come back with yet; whoever asks asks again.
    private static async Task<Answer> AskAsync(ISession session, string sql)
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await Answer.OfAsync(session, sql, CancellationToken.None);
            }
            catch (ClusterException error) when (
                error.SqlState == SqlStates.CannotConnectNow && Stopwatch.GetElapsedTime(begin) < s_comingBack)
            {
                await Task.Delay(200);
            }
        }
    }

    // All workers are live, and what else is asked holds.
    private static async Task WaitUntilWholeAsync(ClusterOfMachines cluster, ISession session, string alsoHolds)
    {
        try
        {
            await LocalCluster.WaitAsync(
                session,
                $"SELECT (SELECT count(*) = {WorkerCount} FROM colfrag_workers WHERE state = 'live') AND ({alsoHolds})",
                "the cluster is not whole again", CancellationToken.None);
        }
        catch (ClusterException error)
        {
            Assert.Fail($"{error.Message}: " +
                string.Join('\n', Enumerable.Range(0, WorkerCount + 1).Select(m => $"{m}: {cluster.Log(m)}")));
        }
    }
}
