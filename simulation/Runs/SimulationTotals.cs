using System.Globalization;
using System.Text.Json;

namespace ColFrag.Simulation.Runs;

/// <summary>Adds up runs.</summary>
internal sealed class SimulationTotals
{
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);

    /// <summary>Runs so far.</summary>
    public int RunCount { get; private set; }

    public long AcknowledgedRows { get; private set; }

    public long AcknowledgedBatches { get; private set; }

    public long AcknowledgedTransfers { get; private set; }

    public long UnknownOutcomes { get; private set; }

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>Runs that failed.</summary>
    public List<SimulationReport> Failures { get; } = [];

    /// <summary>Faults of all kinds.</summary>
    public long FaultCount => _faults.Values.Sum();

    /// <summary>Adds a run.</summary>
    public void Add(SimulationReport report)
    {
        RunCount++;
        AcknowledgedRows += report.AcknowledgedRows;
        AcknowledgedBatches += report.AcknowledgedBatches;
        AcknowledgedTransfers += report.AcknowledgedTransfers;
        UnknownOutcomes += report.UnknownBatches;
        Time += report.Time;
        foreach ((string fault, int count) in report.Faults)
            _faults[fault] = _faults.GetValueOrDefault(fault) + count;
        if (report.Failure is not null) Failures.Add(report with { Lines = [] });
    }

    /// <summary>In a line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{RunCount} schedules, {FaultCount} faults, {AcknowledgedBatches} loads with {AcknowledgedRows} rows and " +
        $"{AcknowledgedTransfers} transfers acknowledged, {UnknownOutcomes} outcomes unknown, " +
        $"{Time.TotalHours:F1} h simulated, {Failures.Count} failed");

    /// <summary>As JSON, in one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(new
    {
        schedules = RunCount, faults = _faults, loads = AcknowledgedBatches, rows = AcknowledgedRows,
        transfers = AcknowledgedTransfers, unknown = UnknownOutcomes, simulatedSeconds = Time.TotalSeconds,
        failures = Failures.Select(f => new { seed = f.Seed, what = f.Failure!.What, detail = f.Failure.Detail }),
    });
}
