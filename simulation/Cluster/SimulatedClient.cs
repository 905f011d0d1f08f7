using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Sessions;
using ColFrag.Simulation.Network;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Cluster;

/// <summary>What a client knows after a statement.</summary>
internal enum Outcome
{
    /// <summary>It was told that it is done.</summary>
    Done,

    /// <summary>It was told that it is not, and never will be.</summary>
    Refused,

    /// <summary>It was told nothing.</summary>
    Unknown,
}

/// <summary>A client of the cluster, with one session at a time over the shipped protocol.</summary>
internal sealed class SimulatedClient(SimulatedCluster cluster, Incarnation life)
{
    private readonly SimulatedTransport _transport = new(cluster.Network, life);
    private RemoteSession? _session;
    private bool _isInTransaction;

    /// <summary>Its name.</summary>
    public string Name => life.Name;

    public SimulatedCluster Cluster => cluster;

    public SeededRandom Random => life.Random;

    public IClock Clock { get; } = new SimulatedClock(life);

    /// <summary>Why the last statement was not done.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Begins work of this client.</summary>
    public void Start(Func<Task> work) => life.Start(work);

    /// <summary>Runs a statement that changes something.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="input">What COPY FROM STDIN reads; null for none.</param>
    public async Task<Outcome> RunAsync(string sql, string? input = null)
    {
        cluster.Tell(Name, sql.Length > 90 ? sql[..90] + "..." : sql);
        LastError = null;
        try
        {
            RemoteSession session = await OpenAsync();
            try
            {
                session.CopyInput = input is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(input));
                await using QueryResult result = await session.ExecuteAsync(sql);
                while (await result.ReadAsync() is not null)
                {
                }
                cluster.Tell(Name, $"done: {result.CommandTag}");
                if (sql is "BEGIN" or "COMMIT") _isInTransaction = sql == "BEGIN";
                return Outcome.Done;
            }
            catch (Exception error) when (error is not QueryException)
            {
                RequireExpected(error);
                await AfterAsync(error);
                return Outcome.Unknown;
            }
        }
        catch (QueryException error)
        {
            RequireExpected(error);
            LastError = error;
            cluster.Tell(Name, $"refused: {error.Message}");
            return Outcome.Refused;
        }
        catch (ColFragException error)
        {
            // Nobody answered: it was not sent.
            await AfterAsync(error);
            return Outcome.Refused;
        }
    }

    /// <summary>Runs a query; null when it could not be answered.</summary>
    public async Task<List<Value[]>?> QueryAsync(string sql)
    {
        LastError = null;
        try
        {
            RemoteSession session = await OpenAsync();
            await using QueryResult result = await session.ExecuteAsync(sql);
            List<Value[]> rows = [];
            while (await result.ReadAsync() is { } batch)
            {
                for (int row = 0; row < batch.RowCount; row++)
                {
                    Value[] values = new Value[batch.ColumnCount];
                    for (int column = 0; column < values.Length; column++) values[column] = batch.GetValue(column, row);
                    rows.Add(values);
                }
            }
            foreach (Value[] row in rows) cluster.World.Trace.Add(string.Join(',', (object[])row));
            cluster.Tell(Name, $"sees {rows.Count} rows of {sql}");
            return rows;
        }
        catch (Exception error)
        {
            RequireExpected(error);
            await AfterAsync(error);
            return null;
        }
    }

    /// <summary>Waits for the next whole second, when others may do the same; returns its number.</summary>
    public async Task<long> MeetAsync()
    {
        long second = (long)cluster.World.Now.TotalSeconds + 1;
        await Clock.Delay(TimeSpan.FromSeconds(second) - cluster.World.Now);
        return second;
    }

    /// <summary>Leaves the session, as after an error that leaves it in doubt.</summary>
    public async Task CloseAsync()
    {
        RemoteSession? session = _session;
        _session = null;
        _isInTransaction = false;
        if (session is not null) await session.DisposeAsync();
    }

    private async Task<RemoteSession> OpenAsync()
    {
        if (_session is { IsOpen: true }) return _session;
        bool wasInTransaction = _isInTransaction;
        await CloseAsync();
        // Another session would go on with half of it.
        if (wasInTransaction) throw new ClusterException("The session is gone, and its transaction with it");
        return _session = await RemoteSession.OpenAsync(
            _transport, CoordinatorNode.SessionsAddress, new SessionOptions { User = Name }, Clock, Random);
    }

    private async Task AfterAsync(Exception error)
    {
        LastError = error;
        cluster.Tell(Name, $"not answered: {error.Message}");
        await CloseAsync();
    }

    /// <summary>An error that says that the program is wrong fails the run, whoever hears it.</summary>
    private void RequireExpected(Exception error)
    {
        if (error is ColFragException { SqlState: not SqlStates.InternalError } or OperationCanceledException) return;
        cluster.World.Fail("an internal error", $"{Name}: {error}");
    }
}
