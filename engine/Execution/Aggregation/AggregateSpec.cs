using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>One aggregate over columns of its input; expressions were computed by a projection below.</summary>
/// <param name="Function">The aggregate with its kernel.</param>
/// <param name="Arguments">Positions of the arguments; none for count(*).</param>
/// <param name="Filter">Position of a BOOLEAN that must be true for a row to count; -1 for none.</param>
internal sealed record AggregateSpec(AggregateFunction Function, PlanList<int> Arguments, int Filter = -1)
{
    public LogicalType Type => Function.ResultType;

    public override string ToString() =>
        $"{Function.Info.Name}({(Arguments.IsEmpty ? "*" : string.Join(", ", Arguments.Map(a => $"#{a}")))})" +
        (Filter < 0 ? "" : $" where #{Filter}");
}
