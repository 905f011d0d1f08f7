namespace ColFrag.Engine.Execution.Sorting;

/// <summary>A key of an order, as a column of the input.</summary>
/// <param name="Column">Its position.</param>
/// <param name="IsDescending">True for DESC.</param>
/// <param name="NullsFirst">True when NULLs come before all values.</param>
internal sealed record SortColumn(int Column, bool IsDescending, bool NullsFirst)
{
    public override string ToString() =>
        $"#{Column}{(IsDescending ? " desc" : "")}{(NullsFirst ? " nulls first" : "")}";
}
