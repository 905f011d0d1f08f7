using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>
/// A function whose lists are made of elements of its first argument: a slice, a reversal, a sort. Subclasses say which
/// elements each row keeps; the elements are copied once for the whole batch.
/// </summary>
internal abstract unsafe class ElementSelection(FunctionInfo info, LogicalType[] types, LogicalType result)
    : FlatFunction(info, types, result)
{
    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector elements = Elements(arguments[0], 0, context);
        List<int> kept = [];
        ListView* lists = (ListView*)result.Data;
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            int first = kept.Count;
            if (!Select(arguments, row, ((ListView*)arguments[0].Data)[row], elements, kept)) Clear(valid, row);
            lists[row] = new ListView(first, ElementCopy.CheckCount(kept.Count) - first);
        }
        ElementCopy.Gather(
            elements, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept), result.Children[0]);
    }

    /// <summary>Adds the numbers of the elements that the row's list has; false gives NULL.</summary>
    protected abstract bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept);

    /// <summary>The whole number at a row of a BIGINT argument.</summary>
    protected static long NumberAt(ColumnVector argument, int row) =>
        ((long*)argument.Data)[argument.IsConstant ? 0 : row];
}
