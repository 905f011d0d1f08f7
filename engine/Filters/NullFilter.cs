using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>IS NULL and IS NOT NULL.</summary>
internal sealed unsafe class NullFilter(int column, bool wantsNull) : ScanFilter(column)
{
    /// <summary>True for IS NULL.</summary>
    public bool WantsNull => wantsNull;

    public override bool PassesNull => wantsNull;

    public override ZoneMatch Check(in ZoneRange zone)
    {
        if (zone.IsAllNull) return wantsNull ? ZoneMatch.All : ZoneMatch.None;
        if (zone.HasNoNull) return wantsNull ? ZoneMatch.None : ZoneMatch.All;
        return ZoneMatch.Some;
    }

    public override void AndInto(ColumnVector vector, ulong* mask)
    {
        int count = vector.Count;
        if (vector.IsConstant || vector.Validity is null)
        {
            bool isNull = vector.Type.Kind == TypeKind.Null || (vector.IsConstant && !vector.IsValid(0));
            if (isNull != wantsNull) Kernels.Bitmap.Clear(mask, count);
        }
        else if (wantsNull)
        {
            Kernels.Bitmap.AndNot(mask, vector.Validity, count);
        }
        else
        {
            Kernels.Bitmap.And(mask, vector.Validity, count);
        }
    }

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        if (wantsNull) Kernels.Bitmap.Clear(mask, count);
    }
}
