using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>NULL of one type as NULL of another.</summary>
internal sealed class NullCast(LogicalType from, LogicalType to)
    : ScalarFunction(new FunctionInfo("cast", "Changes the type."), [from], to)
{
    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context) =>
        result.SetAllNull(count);
}

/// <summary>A cast from a type whose elements lie as those of the cast's own argument type.</summary>
internal sealed class Renamed(ScalarFunction cast, LogicalType from)
    : ScalarFunction(cast.Info, [from], cast.ResultType)
{
    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context) =>
        cast.Evaluate(arguments, count, result, context);
}

/// <summary>Two casts after each other.</summary>
internal sealed class Chain(ScalarFunction first, ScalarFunction second)
    : ScalarFunction(
        new FunctionInfo("cast", "Changes the type.") { Flags = first.Info.Flags | second.Info.Flags },
        [.. first.ArgumentTypes], second.ResultType)
{
    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        ChainState state = context.GetState<ChainState>();
        state.First ??= context.CreateInner();
        state.Between ??= new ColumnVector(first.ResultType, context.Account);
        state.First.Mask = context.Mask;
        first.Evaluate(arguments, count, state.Between, state.First);
        second.Evaluate([state.Between], count, result, context);
        result.KeepAliveFrom(state.Between);
    }

    private sealed class ChainState : IDisposable
    {
        public FunctionContext? First { get; set; }

        public ColumnVector? Between { get; set; }

        public void Dispose()
        {
            First?.Dispose();
            Between?.Dispose();
        }
    }
}
