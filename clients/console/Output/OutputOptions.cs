using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>How results are shown.</summary>
sealed record OutputOptions
{
    /// <summary>Rows that a table shows at most; 0 = all.</summary>
    public int MaxRows { get; init; } = 40;

    /// <summary>Cells that a column of a table takes at most; 0 = as many as it needs.</summary>
    public int MaxWidth { get; init; } = 60;

    /// <summary>What stands for NULL in a table.</summary>
    public string NullText { get; init; } = "NULL";

    /// <summary>How dates and times are printed: as the session says.</summary>
    public MomentText Moments { get; init; } = MomentText.Iso;

    /// <summary>False leaves out the line of column names.</summary>
    public bool HasHeader { get; init; } = true;
}
