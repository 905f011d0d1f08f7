using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Values that do not meet another condition; NULL meets neither.</summary>
internal sealed unsafe class NotFilter(ScanFilter inner) : ScanFilter(inner.Column), IIntegerFilter
{
    /// <summary>The other condition.</summary>
    public ScanFilter Inner => inner;

    public bool CanTest => inner is IIntegerFilter { CanTest: true };

    public bool Passes(Int128 value) => !((IIntegerFilter)inner).Passes(value);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) =>
        inner.Check(zone with { NullCount = 0 }) switch
        {
            ZoneMatch.None => ZoneMatch.All,
            ZoneMatch.All => ZoneMatch.None,
            _ => ZoneMatch.Some,
        };

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        int words = Kernels.Bitmap.WordCount(count);
        ulong[] passing = new ulong[words];
        fixed (ulong* passes = passing)
        {
            Kernels.Bitmap.Fill(passes, count);
            inner.AndElements(values, count, passes);
            Kernels.Bitmap.AndNot(mask, passes, count);
        }
    }
}
