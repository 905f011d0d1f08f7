using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>A condition that no row meets: a comparison with NULL, an empty range.</summary>
internal sealed unsafe class NeverFilter(int column) : ScanFilter(column)
{
    public override ZoneMatch Check(in ZoneRange zone) => ZoneMatch.None;

    public override void AndInto(ColumnVector vector, ulong* mask) => Kernels.Bitmap.Clear(mask, vector.Count);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.None;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask) =>
        Kernels.Bitmap.Clear(mask, count);
}
