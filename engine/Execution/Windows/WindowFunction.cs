using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>One function over a window, over columns of the node's input.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Aggregate">The aggregate where the kind is Aggregate; else null.</param>
/// <param name="Arguments">Positions of the arguments.</param>
/// <param name="OrderCount">How many keys of the node's order are the function's own: its peers agree in these.</param>
/// <param name="Frame">The rows around the current one that count.</param>
/// <param name="Type">The type of the result.</param>
internal sealed record WindowFunction(
    WindowFunctionKind Kind, AggregateFunction? Aggregate, PlanList<int> Arguments, int OrderCount, WindowFrame Frame,
    LogicalType Type)
{
    /// <summary>Position of a BOOLEAN that must be true for a row to count for the aggregate; -1 for none.</summary>
    public int Filter { get; init; } = -1;

    /// <summary>True when NULLs are skipped.</summary>
    public bool IgnoresNulls { get; init; }

    /// <summary>True when equal arguments count once in a frame.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Every column that it looks at, besides partition and order.</summary>
    public IEnumerable<int> Columns =>
        Arguments.Concat([Filter, Frame.Start.Offset, Frame.End.Offset]).Where(c => c >= 0);

    public override string ToString() =>
        $"{Aggregate?.Info.Name ?? Kind.ToString()}({string.Join(", ", Arguments.Map(a => $"#{a}"))})" +
        (Filter < 0 ? "" : $" where #{Filter}") + (Frame.IsDefault ? "" : $" {Frame}");
}

/// <summary>A frame whose offsets are columns.</summary>
internal sealed record WindowFrame(FrameUnit Unit, WindowFrameEnd Start, WindowFrameEnd End, FrameExclusion Exclusion)
{
    /// <summary>True for the frame that nobody writes.</summary>
    public bool IsDefault => Unit == FrameUnit.Range && Start.Kind == FrameEndKind.UnboundedPreceding &&
        End.Kind == FrameEndKind.CurrentRow && Exclusion == FrameExclusion.NoOthers;

    public override string ToString() =>
        $"{Unit} {Start}..{End}{(Exclusion == FrameExclusion.NoOthers ? "" : $" exclude {Exclusion}")}";
}

/// <summary>One end of a frame.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Offset">Position of the distance; -1 where the kind has none.</param>
internal sealed record WindowFrameEnd(FrameEndKind Kind, int Offset = -1)
{
    public override string ToString() => Offset < 0 ? $"{Kind}" : $"{Kind} #{Offset}";
}
