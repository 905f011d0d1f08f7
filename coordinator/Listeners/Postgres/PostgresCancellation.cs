using System.Collections.Concurrent;
using ColFrag.Engine.Time;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Which running statement a cancel request means: each connection has a number and a secret.</summary>
internal sealed class PostgresCancellation(IRandom random)
{
    private readonly ConcurrentDictionary<int, (int Secret, PostgresConnection Connection)> _connections = new();
    private int _lastNumber;

    /// <summary>Registers a connection and returns what it tells its client.</summary>
    public (int Number, int Secret) Add(PostgresConnection connection)
    {
        int number = Interlocked.Increment(ref _lastNumber);
        int secret = random.Next(int.MaxValue);
        _connections[number] = (secret, connection);
        return (number, secret);
    }

    public void Remove(int number) => _connections.TryRemove(number, out _);

    /// <summary>
    /// Cancels what the connection runs; silently nothing when the secret is wrong, as the protocol wants.
    /// </summary>
    public void Cancel(int number, int secret)
    {
        if (_connections.TryGetValue(number, out (int Secret, PostgresConnection Connection) found) &&
            found.Secret == secret)
        {
            found.Connection.CancelStatement();
        }
    }
}
