using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Scalar.Strings;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Where a projection wants nothing of a text column but its lengths, the scan below reads lengths: encodings tell them
/// for a tenth of what decoding costs.
/// </summary>
internal static class TextLengths
{
    /// <summary>The name by which the setting disabled_rules switches it off.</summary>
    public const string RuleName = "text_lengths";

    /// <summary>Changes all projections of scans in a plan.</summary>
    public static PhysicalNode Apply(PhysicalNode root) => root.RewriteUp(
        node => node is ProjectNode { Input: TableScanNode scan } project ? Apply(project, scan) : node);

    private static ProjectNode Apply(ProjectNode project, TableScanNode scan)
    {
        bool[] isText = new bool[scan.Columns.Count];
        List<(int Column, TextMeasure Measure)> lengths = [];
        foreach (Expression expression in project.Expressions) FindUses(expression, isText, lengths);
        lengths = [.. lengths.Where(l => !isText[l.Column]).Distinct()];
        return lengths.Count == 0 ? project : Rewrite(project, scan, lengths);
    }

    private static void FindUses(
        Expression expression, bool[] isText, List<(int Column, TextMeasure Measure)> lengths)
    {
        if (TryLength(expression) is { } length)
        {
            lengths.Add(length);
            return;
        }
        if (expression is ColumnReference column) isText[column.Index] = true;
        foreach (Expression child in expression.Children) FindUses(child, isText, lengths);
    }

    /// <summary>The text column and the measure of a call that asks for a length; null for other expressions.</summary>
    private static (int Column, TextMeasure Measure)? TryLength(Expression expression)
    {
        if (expression is not Call call || call.Arguments.Count != 1) return null;
        if (call.Arguments[0] is not ColumnReference { Type.Kind: TypeKind.Varchar } column) return null;
        return call.Function switch
        {
            RowFunction<UnaryKernel<Length, ReadOnlySpan<byte>, int>, int> => (column.Index, TextMeasure.Characters),
            RowFunction<UnaryKernel<OctetLength, ReadOnlySpan<byte>, int>, int> => (column.Index, TextMeasure.Bytes),
            _ => null,
        };
    }

    private static ProjectNode Rewrite(
        ProjectNode project, TableScanNode scan, List<(int Column, TextMeasure Measure)> lengths)
    {
        int before = scan.Columns.Count;
        HashSet<int> measured = [.. lengths.Select(l => l.Column)];
        int[] kept = [.. Enumerable.Range(0, before).Where(c => !measured.Contains(c))];
        HashSet<int> tested =
            [.. scan.Filters.SelectMany(f => f.DescendantsAndSelf()).OfType<ColumnReference>().Select(r => r.Index)];
        // What is given on, lengths last; then what only filters look at, the texts among it.
        int[] filtered =
            [.. measured.Where(tested.Contains), .. Enumerable.Range(before, scan.Positions.Count - before)];
        int given = kept.Length + lengths.Count;
        PlanList<int> positions =
        [
            .. kept.Select(c => scan.Positions[c]), .. lengths.Select(l => scan.Positions[l.Column]),
            .. filtered.Select(c => scan.Positions[c]),
        ];
        Schema columns = new(
        [
            .. kept.Select(c => scan.Columns[c]),
            .. lengths.Select(l => new Field(
                $"{NameOf(l.Measure)}({scan.Columns[l.Column].Name})", LogicalType.Integer,
                scan.Columns[l.Column].IsNullable)),
        ]);
        TableScanNode measuring = scan with
        {
            Positions = positions, Columns = columns,
            Measures = [.. kept.Select(_ => TextMeasure.None), .. lengths.Select(l => l.Measure)],
            Filters = scan.Filters.Rewrite(f => f.RewriteUp(e => e is ColumnReference column
                ? column with { Index = MovedForFilter(column.Index) } : e)),
        };
        return project with { Input = measuring, Expressions = project.Expressions.Rewrite(Replace) };

        int MovedForFilter(int column)
        {
            int at = Array.IndexOf(kept, column);
            return at >= 0 ? at : given + Array.IndexOf(filtered, column);
        }

        Expression Replace(Expression expression)
        {
            if (TryLength(expression) is { } length && lengths.IndexOf(length) is >= 0 and int at)
                return new ColumnReference(kept.Length + at, LogicalType.Integer, columns[kept.Length + at].Name);
            if (expression is ColumnReference column)
                return column with { Index = Array.IndexOf(kept, column.Index) };
            return expression.MapChildren(Replace);
        }
    }

    private static string NameOf(TextMeasure measure) =>
        measure == TextMeasure.Characters ? "length" : "octet_length";
}
