using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Codes of one dictionary.</summary>
internal sealed unsafe class CodeFilter(int column, VectorDictionary dictionary, ulong[] allowed) : ScanFilter(column)
{
    public override bool IsApproximate => true;

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        // Values without codes are let through: the condition is tested again.
    }

    private protected override ulong[] FindAllowed(VectorDictionary other)
    {
        if (ReferenceEquals(other, dictionary)) return allowed;
        ulong[] all = new ulong[Kernels.Bitmap.WordCount(Math.Max(1, other.Count))];
        fixed (ulong* bits = all) Kernels.Bitmap.Fill(bits, other.Count);
        return all;
    }
}
