namespace ColFrag.Engine.Fragments;

/// <summary>A fragment: one column group of one hash range of a table, the unit of placement and replication.</summary>
internal readonly record struct FragmentId(long TableId, long RangeId, int ColumnGroup)
{
    public override string ToString() => $"{TableId:x}/{RangeId:x}/{ColumnGroup}";
}
