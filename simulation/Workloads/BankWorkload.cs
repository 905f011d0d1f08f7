using System.Globalization;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Money moves between accounts in transactions that note it in another table: the sum never changes, every
/// acknowledged transfer is noted once, and the balances of a snapshot are what its notes say.
/// </summary>
internal sealed class BankWorkload : IWorkload
{
    private const int AccountCount = 12;
    private const int Opening = 1_000;

    private readonly Dictionary<long, Outcome> _transfers = [];
    private long _lastTransfer;

    /// <summary>Transfers that were acknowledged.</summary>
    public int AcknowledgedCount => _transfers.Values.Count(o => o == Outcome.Done);

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        string ranges = client.Cluster.Shape.RangeCount.ToString(CultureInfo.InvariantCulture);
        string accounts = string.Join(", ", Enumerable.Range(0, AccountCount).Select(i => $"({i}, {Opening})"));
        ClusterShape shape = client.Cluster.Shape;
        string[] statements =
        [
            $"CREATE TABLE accounts (id BIGINT, balance BIGINT) WITH (distributed_by = hash(id), ranges = {ranges}" +
                $"{shape.GroupOptions("(id), (balance)")})",
            "CREATE TABLE transfers (id BIGINT, source BIGINT, target BIGINT, amount BIGINT) " +
                $"WITH (distributed_by = hash(id), ranges = 2{shape.GroupOptions("(id, source), (target, amount)")})",
            $"INSERT INTO accounts VALUES {accounts}",
        ];
        foreach (string statement in statements)
        {
            if (await client.RunAsync(statement) != Outcome.Done)
                client.Cluster.World.Fail("nothing can be done while nothing fails", $"{client.LastError}");
        }
    }

    /// <inheritdoc/>
    public Task StepAsync(SimulatedClient client) =>
        client.Random.OneIn(3) ? CheckAsync(client) : TransferAsync(client);

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        long[] expected = [.. _transfers.Where(t => t.Value == Outcome.Done).Select(t => t.Key)];
        long[] refused = [.. _transfers.Where(t => t.Value == Outcome.Refused).Select(t => t.Key)];
        if (await client.RunAsync("BEGIN") != Outcome.Done) return false;
        List<Value[]>? accounts = await client.QueryAsync("SELECT id, balance FROM accounts ORDER BY id");
        List<Value[]>? notes = accounts is null ? null
            : await client.QueryAsync("SELECT id, source, target, amount FROM transfers ORDER BY id");
        if (notes is null) return false;
        await client.RunAsync("COMMIT");
        Compare(client.Cluster.World, accounts!, notes);
        HashSet<long> noted = [.. notes.Select(n => (long)n[0].AsInteger)];
        foreach (long transfer in expected.Where(t => !noted.Contains(t)))
            client.Cluster.World.Fail("an acknowledged transaction is lost", $"transfer {transfer}");
        foreach (long transfer in refused.Where(noted.Contains))
            client.Cluster.World.Fail("a refused transaction took effect", $"transfer {transfer}");
        return true;
    }

    private static void Compare(World world, List<Value[]> accounts, List<Value[]> notes)
    {
        long[] balances = [.. Enumerable.Repeat((long)Opening, AccountCount)];
        foreach (Value[] note in notes)
        {
            balances[(int)note[1].AsInteger] -= (long)note[3].AsInteger;
            balances[(int)note[2].AsInteger] += (long)note[3].AsInteger;
        }
        if (notes.DistinctBy(n => n[0].AsInteger).Count() != notes.Count)
            world.Fail("a transaction took effect twice", $"{notes.Count} notes");
        string found = string.Join(",", accounts.Select(a => $"{a[0].AsInteger}:{a[1].AsInteger}"));
        string expected = string.Join(",", balances.Select((b, i) => $"{i}:{b}"));
        if (found != expected)
            world.Fail("a snapshot mixes states of two tables", $"{found} and by the notes {expected}");
    }

    private async Task TransferAsync(SimulatedClient client)
    {
        long transfer = ++_lastTransfer;
        _transfers[transfer] = Outcome.Unknown;
        int source = client.Random.Next(AccountCount);
        int target = (source + 1 + client.Random.Next(AccountCount - 1)) % AccountCount;
        int amount = 1 + client.Random.Next(50);
        string[] statements =
        [
            "BEGIN",
            $"UPDATE accounts SET balance = balance - {amount} WHERE id = {source}",
            $"UPDATE accounts SET balance = balance + {amount} WHERE id = {target}",
            $"INSERT INTO transfers VALUES ({transfer}, {source}, {target}, {amount})",
        ];
        foreach (string statement in statements)
        {
            if (await client.RunAsync(statement) == Outcome.Done) continue;
            // Without its COMMIT it can never take effect, whatever became of the session.
            _transfers[transfer] = Outcome.Refused;
            await client.CloseAsync();
            return;
        }
        Outcome outcome = await client.RunAsync("COMMIT");
        _transfers[transfer] = outcome;
        if (outcome != Outcome.Done) await client.CloseAsync();
    }
}
