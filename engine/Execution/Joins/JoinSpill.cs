using ColFrag.Engine.Execution.Spilling;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Both sides of a join whose build side memory had no room for, in parts on disk (a grace join): lanes of the build
/// side add theirs, then those of the probe side, then pairs of parts are joined one by one.
/// </summary>
internal sealed class JoinSpill(QueryRun run, HashJoinNode node)
{
    private readonly Lock _lock = new();
    private readonly List<StoredFrame>[] _build = NewParts();
    private readonly List<StoredFrame>[] _probe = NewParts();
    private volatile bool _isBegun;

    /// <summary>True once a lane has spilled: then all must.</summary>
    public bool IsBegun => _isBegun;

    /// <summary>
    /// True where rows can be joined part by part: whether NULL keys make an answer unknown is told by all rows where
    /// there are several keys.
    /// </summary>
    public bool IsPossible => run.Environment.Spill is not null && (!node.IsNullAware || node.Keys.Count == 1);

    /// <summary>Rows of the build side.</summary>
    public long BuildRows { get; private set; }

    /// <summary>True when a row of the build side has NULL in a key that NULL does not equal.</summary>
    public bool HasNullKeys { get; set; }

    /// <summary>Says that the build side goes to disk.</summary>
    public void Begin() => _isBegun = true;

    /// <summary>Something that cuts rows of the build side.</summary>
    public JoinScatter ScatterBuild(int level) =>
        new(run, node, node.Build.Output, node.Keys.Select(k => k.Build), level);

    /// <summary>Something that cuts rows of the probe side.</summary>
    public JoinScatter ScatterProbe(int level) =>
        new(run, node, node.Probe.Output, node.Keys.Select(k => k.Probe), level);

    /// <summary>Adds the parts of a lane of the build side.</summary>
    public void AddBuild(JoinScatter rows)
    {
        rows.Flush();
        lock (_lock)
        {
            for (int p = 0; p < JoinScatter.PartCount; p++)
            {
                _build[p].AddRange(rows[p]);
                BuildRows += rows.RowsOf(p);
            }
        }
    }

    /// <summary>Adds the parts of a lane of the probe side.</summary>
    public void AddProbe(JoinScatter rows)
    {
        rows.Flush();
        lock (_lock)
        {
            for (int p = 0; p < JoinScatter.PartCount; p++) _probe[p].AddRange(rows[p]);
        }
    }

    /// <summary>The pairs of parts.</summary>
    public IEnumerable<JoinParts> Pairs() => Enumerable.Range(0, JoinScatter.PartCount)
        .Select(p => new JoinParts(_build[p], _probe[p], 0, false))
        .Where(p => p.Build.Count > 0 || p.Probe.Count > 0);

    private static List<StoredFrame>[] NewParts() =>
        [.. Enumerable.Range(0, JoinScatter.PartCount).Select(_ => new List<StoredFrame>())];
}

/// <summary>A part of the build side and the part of the probe side that its partners are in.</summary>
/// <param name="Build">Frames of build rows.</param>
/// <param name="Probe">Frames of probe rows.</param>
/// <param name="Level">How often they were cut before.</param>
/// <param name="IsWhole">True where cutting does not help: most rows have one key.</param>
internal readonly record struct JoinParts(
    IReadOnlyList<StoredFrame> Build, IReadOnlyList<StoredFrame> Probe, int Level, bool IsWhole);

/// <summary>Takes the probe side's rows to their parts; the pairs come from <see cref="SpilledJoinSource"/>.</summary>
internal sealed class SpilledProbeOperator(JoinSpill spill, Operator next) : Operator(next)
{
    private readonly RowCompactor _compactor = new();
    private JoinScatter? _scatter = spill.ScatterProbe(0);

    public override Flow Push(Vectors.Batch batch)
    {
        Vectors.ColumnVector[] columns = _compactor.Compact(batch);
        _scatter!.Add(columns, _compactor.Count);
        return Flow.More;
    }

    public override Flow Finish()
    {
        if (_scatter is not null)
        {
            spill.AddProbe(_scatter);
            _scatter.Dispose();
            _scatter = null;
        }
        return Next.Finish();
    }

    public override void Dispose()
    {
        _scatter?.Dispose();
        _compactor.Dispose();
    }
}
