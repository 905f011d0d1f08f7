using System.Runtime.InteropServices;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Windows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>
/// A window node by the letter of its definition: every row asks of every other whether it is in its frame.
/// </summary>
internal sealed class WindowReference(WindowNode node)
{
    private readonly int _keys = node.OrderBy.Count;

    /// <summary>The node's rows, in any order.</summary>
    public IEnumerable<Value[]> Rows()
    {
        Value[][] input = ((RowsNode)node.Input).Rows;
        foreach (IGrouping<string, Value[]> group in input.GroupBy(r =>
            PlanRunner.Text([.. node.PartitionBy.Map(p => r[p])])))
        {
            Value[][] rows = [.. group.Order(Comparer<Value[]>.Create((a, b) => Compare(a, b, _keys)))];
            for (int i = 0; i < rows.Length; i++)
            {
                yield return [.. rows[i], .. node.Functions.Map(f => Evaluate(f, rows, i))];
            }
        }
    }

    private int Compare(Value[] a, Value[] b, int keys)
    {
        foreach (SortColumn key in node.OrderBy.Take(keys))
        {
            (Value x, Value y) = (a[key.Column], b[key.Column]);
            int order = x.IsNull || y.IsNull
                ? (x.IsNull == y.IsNull ? 0 : x.IsNull == key.NullsFirst ? -1 : 1)
                : ValueComparison.Compare(x, y) * (key.IsDescending ? -1 : 1);
            if (order != 0) return order;
        }
        return 0;
    }

    private Value Evaluate(WindowFunction function, Value[][] rows, int current)
    {
        bool IsPeer(int i) => Compare(rows[i], rows[current], function.OrderCount) == 0;
        int[] all = [.. Enumerable.Range(0, rows.Length)];
        int before = all.Count(i => Compare(rows[i], rows[current], function.OrderCount) < 0);
        double count = rows.Length;
        switch (function.Kind)
        {
            case WindowFunctionKind.RowNumber:
                return Value.BigInt(current + 1);
            case WindowFunctionKind.Rank:
                return Value.BigInt(before + 1);
            case WindowFunctionKind.DenseRank:
                return Value.BigInt(all[..current].Where(i => !IsPeer(i)).Select(i =>
                    Group(function, rows, i)).Distinct().Count() + 1);
            case WindowFunctionKind.PercentRank:
                return Value.Float(LogicalType.Double, rows.Length == 1 ? 0 : before / (count - 1));
            case WindowFunctionKind.CumeDist:
                return Value.Float(LogicalType.Double, (before + all.Count(IsPeer)) / count);
            case WindowFunctionKind.Ntile:
                return Tile((int)rows[0][function.Arguments[0]].AsInteger, rows.Length, current);
            case WindowFunctionKind.Lag or WindowFunctionKind.Lead:
                return Neighbour(function, rows, current);
        }
        List<int> frame = [.. all.Where(i => IsInFrame(function, rows, current, i) &&
            !IsExcluded(function, current, i, IsPeer(i)))];
        if (function.Kind == WindowFunctionKind.Aggregate) return Aggregated(function, [.. frame.Select(i => rows[i])]);
        int argument = function.Arguments[0];
        if (function.IgnoresNulls) frame.RemoveAll(i => rows[i][argument].IsNull);
        int place = function.Kind switch
        {
            WindowFunctionKind.FirstValue => 0,
            WindowFunctionKind.LastValue => frame.Count - 1,
            _ => (int)rows[current][function.Arguments[1]].AsInteger - 1,
        };
        return place >= 0 && place < frame.Count ? rows[frame[place]][argument] : Value.Null(function.Type);
    }

    private static Value Tile(int tiles, int count, int current)
    {
        for (int tile = 0, first = 0; ; tile++)
        {
            first += (count / tiles) + (tile < count % tiles ? 1 : 0);
            if (current < first) return Value.Integer(LogicalType.Integer, tile + 1);
        }
    }

    private static Value Neighbour(WindowFunction function, Value[][] rows, int current)
    {
        int step = function.Kind == WindowFunctionKind.Lag ? -1 : 1;
        int left = (int)rows[current][function.Arguments[1]].AsInteger;
        int at = current;
        while (left > 0)
        {
            at += step;
            if (at < 0 || at >= rows.Length) return rows[current][function.Arguments[2]];
            if (!function.IgnoresNulls || !rows[at][function.Arguments[0]].IsNull) left--;
        }
        return rows[at][function.Arguments[0]];
    }

    private int Group(WindowFunction function, Value[][] rows, int row) =>
        Enumerable.Range(0, row).Count(i => Compare(rows[i], rows[i + 1], function.OrderCount) != 0);

    private bool IsInFrame(WindowFunction function, Value[][] rows, int current, int row) =>
        IsInside(function, function.Frame.Start, rows, current, row, isEnd: false) &&
        IsInside(function, function.Frame.End, rows, current, row, isEnd: true);

    private bool IsInside(WindowFunction function, WindowFrameEnd end, Value[][] rows, int current, int row, bool isEnd)
    {
        switch (end.Kind)
        {
            case FrameEndKind.UnboundedPreceding:
                return !isEnd;
            case FrameEndKind.UnboundedFollowing:
                return isEnd;
        }
        int side = isEnd ? 1 : -1;
        int direction = end.Kind == FrameEndKind.Following ? 1 : -1;
        long offset = end.Kind == FrameEndKind.CurrentRow || function.Frame.Unit == FrameUnit.Range ? 0
            : (long)rows[current][end.Offset].AsInteger;
        switch (function.Frame.Unit)
        {
            case FrameUnit.Rows:
                return side * (row - (current + (direction * offset))) <= 0;
            case FrameUnit.Groups:
                return side * (Group(function, rows, row) - (
                    Group(function, rows, current) + (direction * offset))) <= 0;
        }
        int order = Compare(rows[row], rows[current], function.OrderCount);
        SortColumn key = node.OrderBy[0];
        (Value own, Value other) = (rows[current][key.Column], rows[row][key.Column]);
        if (end.Kind == FrameEndKind.CurrentRow || own.IsNull || other.IsNull) return side * order <= 0;
        double sign = key.IsDescending ? -1 : 1;
        return side * ((Number(other) * sign) - ((Number(own) * sign) +
            (direction * Number(rows[current][end.Offset])))) <= 0;
    }

    private static double Number(Value value) => value.Type.Kind switch
    {
        TypeKind.Double => value.AsDouble,
        TypeKind.Interval => value.AsInterval.Days,
        _ => (double)value.AsInteger,
    };

    private static bool IsExcluded(WindowFunction function, int current, int row, bool isPeer) =>
        function.Frame.Exclusion switch
    {
        FrameExclusion.CurrentRow => row == current,
        FrameExclusion.Group => isPeer,
        FrameExclusion.Ties => isPeer && row != current,
        _ => false,
    };

    private static unsafe Value Aggregated(WindowFunction function, IEnumerable<Value[]> rows)
    {
        if (function.Filter >= 0) rows = rows.Where(r => !r[function.Filter].IsNull && r[function.Filter].AsBoolean);
        Value[][] arguments = [.. rows.Select(r => function.Arguments.Map(a => r[a]).ToArray())];
        if (function.IsDistinct) arguments = [.. arguments.DistinctBy(PlanRunner.Text)];
        IAggregateKernel kernel = function.Aggregate!.Kernel;
        using AggregateContext context = new(SessionInfo.Default, MemoryAccount.Untracked);
        using Arena text = new(MemoryAccount.Untracked);
        using ColumnVector result = new(kernel.ResultType);
        byte* state = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(kernel.StateSizeBytes, 8), 16);
        try
        {
            kernel.Initialize(state);
            for (int first = 0; first < arguments.Length; first += Batch.MaxRows)
            {
                Value[][] part = [.. arguments.Skip(first).Take(Batch.MaxRows)];
                ColumnVector[] vectors = [.. function.Aggregate.ArgumentTypes.Select(t => new ColumnVector(t))];
                for (int a = 0; a < vectors.Length; a++) VectorBuilder.Build(
                    vectors[a], [.. part.Select(r => r[a])], text);
                kernel.UpdateAll(vectors, null, part.Length, state, context);
                foreach (ColumnVector vector in vectors) vector.Dispose();
            }
            kernel.Finish(&state, 1, result, context);
            return result.GetValue(0);
        }
        finally
        {
            NativeMemory.AlignedFree(state);
        }
    }
}
