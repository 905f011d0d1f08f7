using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>
/// What functions may know of the session, fixed when a statement starts and carried in its plan, so that every worker
/// computes the same.
/// </summary>
internal sealed record SessionInfo
{
    /// <summary>A session of no one, in UTC at 1970, for tests and constant folding of immutable functions.</summary>
    public static SessionInfo Default { get; } = new();

    /// <summary>now(): microseconds since 1970-01-01 UTC at the start of the transaction.</summary>
    public long TransactionMicroseconds { get; init; }

    /// <summary>statement_timestamp(): microseconds since 1970-01-01 UTC.</summary>
    public long StatementMicroseconds { get; init; }

    /// <summary>The session's time zone, an IANA name or an offset.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>How dates are printed, and which number of 1/2/2026 is the day.</summary>
    public DateStyle DateStyle { get; init; }

    /// <summary>Seed of random() for the statement; each task mixes its own number in.</summary>
    public ulong RandomSeed { get; init; }

    public string UserName { get; init; } = "colfrag";

    public string DatabaseName { get; init; } = "colfrag";

    /// <summary>How dates and times are printed.</summary>
    public MomentText MomentText() => TimeZoneRules.Find(TimeZone).TextOf(DateStyle);

    /// <summary>
    /// True where texts of dates and times mean to the session what they mean in files: the month first, in UTC.
    /// </summary>
    public bool ReadsAsFiles =>
        DateStyle.Order == DateOrder.MonthFirst && ReferenceEquals(TimeZoneRules.Find(TimeZone), TimeZoneRules.Utc);

    /// <summary>Schemas that names without one are looked up in, in order.</summary>
    public IReadOnlyList<string> SearchPath { get; init; } = ["main"];

    /// <summary>The catalog of the statement, in the process that keeps it; elsewhere null.</summary>
    public ISystemCatalog? Catalog { get; init; }
}
