using System.Globalization;
using System.Text;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Batches of rows are loaded and deleted, and counted in between: an acknowledged batch is there whole, a refused one
/// not at all, one of which nobody heard whole or not at all, and never two halves (set-full, exactly once, snapshot).
/// </summary>
/// <param name="sharesFiles">True where some batches are files in a folder that workers see and read.</param>
internal sealed class BatchesWorkload(bool sharesFiles) : IWorkload
{
    private const string Create =
        "CREATE TABLE batches (batch BIGINT, line BIGINT, amount BIGINT, note VARCHAR) " +
        "WITH (distributed_by = hash(line), ranges = ";

    private const string Count =
        "SELECT batch, count(*), min(line), max(line), sum(amount) FROM batches GROUP BY batch ORDER BY batch";

    private readonly SortedDictionary<long, Batch> _batches = [];
    private long _lastBatch;

    /// <summary>Rows of batches that were acknowledged.</summary>
    public long AcknowledgedRows => _batches.Values.Where(b => b.Written == Outcome.Done).Sum(b => (long)b.Size);

    /// <summary>Batches that were acknowledged.</summary>
    public int AcknowledgedCount => _batches.Values.Count(b => b.Written == Outcome.Done);

    /// <summary>Batches of which the client was told nothing.</summary>
    public int UnknownCount => _batches.Values.Count(b => b.Written == Outcome.Unknown);

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        string ranges = client.Cluster.Shape.RangeCount.ToString(CultureInfo.InvariantCulture);
        Require(client, await client.RunAsync(
            $"{Create}{ranges}{client.Cluster.Shape.GroupOptions("(line, batch), (amount), (note)")})"));
    }

    /// <inheritdoc/>
    public Task StepAsync(SimulatedClient client) => client.Random.Next(10) switch
    {
        < 5 => LoadAsync(client),
        < 6 => DeleteAsync(client),
        < 7 => LookTwiceAsync(client),
        _ => LookAsync(client),
    };

    /// <inheritdoc/>
    public Task<bool> CheckAsync(SimulatedClient client) => LookAsync(client);

    private async Task LoadAsync(SimulatedClient client)
    {
        Batch batch = new(++_lastBatch, 1 + client.Random.Next(client.Random.OneIn(6) ? 300 : 12));
        _batches.Add(batch.Number, batch);
        batch.Written = client.Random.Next(sharesFiles ? 5 : 3) switch
        {
            3 => await client.RunAsync($"COPY batches FROM '{Share(client, batch)}*' (FORMAT csv, HEADER false)"),
            4 => await LoadByNameAsync(client, batch, $"'{Share(client, batch)}*'"),
            0 => await client.RunAsync($"INSERT INTO batches VALUES {batch.ToValues()}"),
            1 => await client.RunAsync("COPY batches FROM STDIN (FORMAT csv)", batch.ToCsv()),
            _ => await LoadByNameAsync(client, batch, "STDIN"),
        };
    }

    /// <summary>A load with a name is sent again until there is an answer, and is there once.</summary>
    private static async Task<Outcome> LoadByNameAsync(SimulatedClient client, Batch batch, string source)
    {
        string copy = $"COPY batches FROM {source} (FORMAT csv, load_id 'load {batch.Number}')";
        Outcome outcome = Outcome.Unknown;
        for (int tries = 0; tries < 8; tries++)
        {
            Outcome now = await client.RunAsync(copy, batch.ToCsv());
            if (now == Outcome.Done) return now;
            // A refusal says nothing about the tries before.
            if (tries == 0 || now == Outcome.Unknown) outcome = now;
            if (client.Random.OneIn(8)) break;
            await client.Clock.Delay(TimeSpan.FromMilliseconds(client.Random.Next(2_000)));
        }
        return outcome;
    }

    /// <summary>Puts a batch where all workers see it, as several files; how their names begin.</summary>
    private static string Share(SimulatedClient client, Batch batch)
    {
        string start = $"batch {batch.Number} part ";
        string[] lines = batch.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int most = 1 + client.Random.Next(lines.Length);
        foreach ((int number, string[] some) in lines.Chunk(most).Index())
            client.Cluster.Shared.Write($"{start}{number}", string.Join('\n', some) + "\n");
        return start;
    }

    private async Task DeleteAsync(SimulatedClient client)
    {
        Batch[] candidates = [.. _batches.Values.Where(b => b.Written == Outcome.Done && !b.IsDeleting)];
        if (candidates.Length == 0) return;
        Batch batch = client.Random.Of(candidates);
        batch.IsDeleting = true;
        Outcome outcome = await client.RunAsync($"DELETE FROM batches WHERE batch = {batch.Number}");
        batch.Deleted = outcome;
        batch.IsDeleting = outcome != Outcome.Refused;
    }

    /// <summary>Two looks in one transaction see the same.</summary>
    private static async Task LookTwiceAsync(SimulatedClient client)
    {
        if (await client.RunAsync("BEGIN") != Outcome.Done) return;
        List<Value[]>? first = await client.QueryAsync(Count);
        if (first is not null)
        {
            await client.Clock.Delay(TimeSpan.FromMilliseconds(client.Random.Next(500)));
            List<Value[]>? second = await client.QueryAsync(Count);
            if (second is not null && !first.Select(Text).SequenceEqual(second.Select(Text)))
            {
                client.Cluster.World.Fail(
                    "two looks of one transaction differ",
                    $"{string.Join("; ", first.Select(Text))} | {string.Join("; ", second.Select(Text))}");
            }
        }
        await client.RunAsync("COMMIT");
    }

    private async Task<bool> LookAsync(SimulatedClient client)
    {
        Dictionary<long, Expectation> before = _batches.ToDictionary(b => b.Key, b => b.Value.Expect());
        List<Value[]>? rows = await client.QueryAsync(Count);
        if (rows is null) return false;
        Dictionary<long, Value[]> seen = rows.ToDictionary(r => (long)r[0].AsInteger);
        foreach (long stranger in seen.Keys.Where(k => !_batches.ContainsKey(k)))
            client.Cluster.World.Fail("a batch that nobody wrote", $"batch {stranger}");
        foreach (Batch batch in _batches.Values)
        {
            if (!before.TryGetValue(batch.Number, out Expectation expected)) expected = Expectation.Any;
            if (batch.IsDeleting && expected == Expectation.There) expected = Expectation.Any;
            Check(client, batch, expected, seen.GetValueOrDefault(batch.Number));
        }
        return true;
    }

    private static void Check(SimulatedClient client, Batch batch, Expectation expected, Value[]? row)
    {
        if (row is null)
        {
            if (expected == Expectation.There)
                client.Cluster.World.Fail("acknowledged rows are lost", $"batch {batch.Number} of {batch.Size} rows");
            return;
        }
        string found = Text(row);
        if (found != batch.ToSummary())
        {
            client.Cluster.World.Fail(
                (long)row[1].AsInteger > batch.Size ? "rows are there twice" : "a part of a batch is visible",
                $"batch {batch.Number}: {found} instead of {batch.ToSummary()}");
        }
        if (expected == Expectation.Gone)
            client.Cluster.World.Fail("rows came that were refused or deleted", $"batch {batch.Number}: {found}");
        batch.WasSeen = true;
    }

    private static string Text(Value[] row) => string.Join(",", row.Select(v => v.ToString()));

    private static void Require(SimulatedClient client, Outcome outcome)
    {
        if (outcome != Outcome.Done)
            client.Cluster.World.Fail("nothing can be done while nothing fails", $"{client.LastError}");
    }

    private enum Expectation
    {
        Any,
        There,
        Gone,
    }

    private sealed class Batch(long number, int size)
    {
        public long Number => number;

        public int Size => size;

        /// <summary>Unknown while it is being written, too.</summary>
        public Outcome Written { get; set; } = Outcome.Unknown;

        public bool IsDeleting { get; set; }

        public Outcome? Deleted { get; set; }

        /// <summary>Whoever saw it once sees it until it is deleted.</summary>
        public bool WasSeen { get; set; }

        public Expectation Expect()
        {
            if (Deleted == Outcome.Done || Written == Outcome.Refused) return Expectation.Gone;
            if (IsDeleting) return Expectation.Any;
            return Written == Outcome.Done || WasSeen ? Expectation.There : Expectation.Any;
        }

        public string ToSummary() => string.Create(
            CultureInfo.InvariantCulture, $"{number},{size},0,{size - 1},{Enumerable.Range(0, size).Sum(AmountOf)}");

        public string ToValues() => string.Join(", ", Enumerable.Range(0, size).Select(
            line => $"({number}, {line}, {AmountOf(line)}, 'note {line % 5}')"));

        public string ToCsv()
        {
            StringBuilder text = new();
            for (int line = 0; line < size; line++)
                text.Append(CultureInfo.InvariantCulture, $"{number},{line},{AmountOf(line)},note {line % 5}\n");
            return text.ToString();
        }

        private long AmountOf(int line) => (number * 7919) + (line * line % 1009);
    }
}
