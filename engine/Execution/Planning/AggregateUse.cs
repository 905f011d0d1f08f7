using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>An aggregate as a query uses it.</summary>
/// <param name="Spec">What is computed.</param>
/// <param name="IsDistinct">True when equal arguments count once.</param>
/// <param name="Order">The order in which rows reach it; empty for any.</param>
internal sealed record AggregateUse(AggregateSpec Spec, bool IsDistinct, PlanList<SortColumn> Order)
{
    /// <summary>What must differ for a row to count: the arguments, and whether the filter lets the row in.</summary>
    public PlanList<int> DistinctColumns => Spec.Filter < 0 ? Spec.Arguments : [.. Spec.Arguments, Spec.Filter];

    /// <summary>Every column that it looks at.</summary>
    public IEnumerable<int> Columns => DistinctColumns.Concat(Order.Select(o => o.Column));

    /// <summary>The same over columns at other positions.</summary>
    public AggregateUse Move(Func<int, int> position) => new(
        Move(Spec, position), IsDistinct, Order.Map(o => o with { Column = position(o.Column) }));

    /// <summary>The same over columns at other positions.</summary>
    public static AggregateSpec Move(AggregateSpec spec, Func<int, int> position) => spec with
    {
        Arguments = spec.Arguments.Map(position), Filter = spec.Filter < 0 ? -1 : position(spec.Filter),
    };
}
