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

/// <summary>Which part of an aggregation a node does.</summary>
internal enum AggregateMode : byte
{
    /// <summary>All of it: rows in, results out.</summary>
    Single = 0,

    /// <summary>Rows in, partial states out as columns, for another node to put together.</summary>
    Partial = 1,

    /// <summary>Partial states in, results out.</summary>
    Final = 2,

    /// <summary>Partial states in, partial states out: less to send.</summary>
    Intermediate = 3,
}
