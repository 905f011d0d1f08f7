using ColFrag.Engine.Execution.Wire;
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

    public void Write(PlanWriter target)
    {
        target.Begin(9);
        target.WriteEnum(Kind);
        if (Aggregate is null) target.Target.WriteNil();
        else FunctionBytes.Write(target, Aggregate);
        target.Write(Arguments);
        target.Write(OrderCount);
        Frame.Write(target);
        target.Write(Type);
        target.Write(Filter);
        target.Write(IgnoresNulls);
        target.Write(IsDistinct);
    }

    public static WindowFunction Read(PlanReader source, Schema input, int orderCount)
    {
        source.Begin(9);
        WindowFunctionKind kind = source.ReadEnum<WindowFunctionKind>();
        AggregateFunction? aggregate = source.Source.ReadNestedOrNil(_ => FunctionBytes.ReadAggregate(source));
        WindowFunction function = new(
            kind, aggregate, source.ReadPositions(input.Count), source.ReadPosition(orderCount + 1),
            source.Source.ReadNested(_ => WindowFrame.Read(source, input)), source.ReadType())
        {
            Filter = source.ReadPositionOrNone(input.Count),
            IgnoresNulls = source.ReadBool(),
            IsDistinct = source.ReadBool(),
        };
        function.CheckTypes(source, input);
        return function;
    }

    /// <summary>Refuses arguments and results of other types than the function's.</summary>
    private void CheckTypes(PlanReader source, Schema input)
    {
        source.Check(Kind == WindowFunctionKind.Aggregate == Aggregate is not null, "kind of a window function");
        LogicalType[] arguments = [.. Arguments.Map(a => input[a].Type)];
        bool fits = Kind switch
        {
            WindowFunctionKind.Aggregate =>
                arguments.AsSpan().SequenceEqual([.. Aggregate!.ArgumentTypes]) && Type.Equals(Aggregate.ResultType),
            WindowFunctionKind.RowNumber or WindowFunctionKind.Rank or WindowFunctionKind.DenseRank =>
                arguments.Length == 0 && Type.Kind == TypeKind.BigInt,
            WindowFunctionKind.PercentRank or WindowFunctionKind.CumeDist =>
                arguments.Length == 0 && Type.Kind == TypeKind.Double,
            WindowFunctionKind.Ntile => arguments.Length == 1 && arguments[0].IsInteger && Type.IsInteger,
            WindowFunctionKind.Lag or WindowFunctionKind.Lead => arguments.Length == 3 &&
                arguments[0].Equals(Type) && arguments[1].IsInteger && arguments[2].Equals(Type),
            WindowFunctionKind.NthValue =>
                arguments.Length == 2 && arguments[0].Equals(Type) && arguments[1].IsInteger,
            _ => arguments.Length == 1 && arguments[0].Equals(Type),
        };
        source.Check(fits, "types of a window function");
        source.Check(Filter < 0 || input[Filter].Type.Kind == TypeKind.Boolean, "type of a filter");
    }

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

    public void Write(PlanWriter target)
    {
        target.Begin(6);
        target.WriteEnum(Unit);
        target.WriteEnum(Start.Kind);
        target.Write(Start.Offset);
        target.WriteEnum(End.Kind);
        target.Write(End.Offset);
        target.WriteEnum(Exclusion);
    }

    public static WindowFrame Read(PlanReader source, Schema input)
    {
        source.Begin(6);
        FrameUnit unit = source.ReadEnum<FrameUnit>();
        WindowFrameEnd start = ReadEnd(source, input);
        WindowFrameEnd end = ReadEnd(source, input);
        return new WindowFrame(unit, start, end, source.ReadEnum<FrameExclusion>());
    }

    private static WindowFrameEnd ReadEnd(PlanReader source, Schema input)
    {
        WindowFrameEnd end = new(source.ReadEnum<FrameEndKind>(), source.ReadPositionOrNone(input.Count));
        bool hasOffset = end.Kind is FrameEndKind.Preceding or FrameEndKind.Following;
        source.Check(hasOffset == end.Offset >= 0, "distance of a frame");
        return end;
    }

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
