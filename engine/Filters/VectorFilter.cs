using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Any condition on values of any type.</summary>
internal sealed unsafe class VectorFilter(int column, VectorPredicate predicate) : ScanFilter(column)
{
    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        if (values.Shape == VectorShape.Flat && values.Count == count)
        {
            predicate(values, mask);
            return;
        }
        using ColumnVector flat = new(values.Type);
        if (values.IsConstant)
        {
            flat.ResetBorrowed(VectorShape.Flat, values.Lane, values.Data, null, count);
            flat.KeepAliveFrom(values);
        }
        else
        {
            values.Flatten(flat);
            flat.ClearValidity();
        }
        predicate(flat, mask);
    }
}
