using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ColFrag.Data;

/// <summary>
/// What the provider tells about itself, under OpenTelemetry's names: an activity and a duration for each command, and
/// the number of open connections. Costs nothing where nobody listens.
/// </summary>
public static class ClientTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "ColFrag.Data";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "db.client.operation.duration", "s", "Duration of database client operations.");

    private static readonly UpDownCounter<int> s_connections = s_meter.CreateUpDownCounter<int>(
        "db.client.connection.count", "{connection}", "Connections that are open.");

    /// <summary>Counts a connection that was opened (1) or closed (-1).</summary>
    internal static void Count(int change) => s_connections.Add(change);

    /// <summary>Begins a command.</summary>
    internal static Operation Begin(ColFragConnection connection, string text)
    {
        Activity? activity = s_source.StartActivity(NameOf(text), ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("db.system.name", "colfrag");
            activity.SetTag("db.namespace", connection.Database);
            activity.SetTag("db.query.text", text);
            activity.SetTag("server.address", connection.DataSource);
        }
        return new Operation(activity, NameOf(text), s_duration.Enabled ? Stopwatch.GetTimestamp() : 0);
    }

    // The first word: SELECT, INSERT; anything longer has too many values for a metric.
    private static string NameOf(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
        int end = rest.IndexOfAnyExcept(System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"));
        return (end < 0 ? rest : rest[..end]).ToString().ToUpperInvariant();
    }

    /// <summary>A command at work.</summary>
    internal sealed class Operation(Activity? activity, string name, long started)
    {
        private bool _isEnded;

        /// <summary>Ends it; with the SQLSTATE of its error.</summary>
        public void End(string? sqlState)
        {
            if (_isEnded) return;
            _isEnded = true;
            if (started != 0)
            {
                TagList tags = new() { { "db.system.name", "colfrag" }, { "db.operation.name", name } };
                if (sqlState is not null) tags.Add("error.type", sqlState);
                s_duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
            }
            if (activity is null) return;
            if (sqlState is not null)
            {
                activity.SetTag("db.response.status_code", sqlState);
                activity.SetStatus(ActivityStatusCode.Error);
            }
            activity.Dispose();
        }
    }
}
