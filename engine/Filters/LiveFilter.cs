using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// A condition that becomes stricter while the scan runs: the threshold of a top-k, the keys of a join whose build side
/// ends later. Until there is one, all rows pass.
/// </summary>
internal sealed unsafe class LiveFilter(int column) : ScanFilter(column)
{
    private volatile ScanFilter? _current;

    /// <summary>The condition now, or null. Whoever sets it makes it no weaker than the one before.</summary>
    public ScanFilter? Current
    {
        get => _current;
        set => _current = value;
    }

    public override bool IsApproximate => true;

    public override bool PassesNull => _current?.PassesNull ?? true;

    public override ZoneMatch Check(in ZoneRange zone) => _current?.Check(zone) ?? ZoneMatch.All;

    public override void AndInto(ColumnVector vector, ulong* mask) => _current?.AndInto(vector, mask);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => Check(zone);

    private protected override void AndValues(ColumnVector values, int count, ulong* mask) =>
        _current?.AndElements(values, count, mask);
}
