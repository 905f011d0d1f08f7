using ColFrag.Engine.Functions.Casts;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>What can be said of an expression without running it.</summary>
internal static class ExpressionFacts
{
    /// <summary>True where two computations may give two answers; errors are the same each time.</summary>
    public static bool DiffersEachTime(this Expression expression) => expression.DescendantsAndSelf().Any(
        e => e is Call { Function: { IsVolatile: true, Info.Name: not ("error" or "raise_error") } });

    /// <summary>
    /// True when every evaluation may give another value, so that it must run exactly where it stands.
    /// </summary>
    public static bool IsVolatile(this Expression expression) =>
        expression.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    /// <summary>True when some values of its columns are errors.</summary>
    public static bool CanThrow(this Expression expression) => expression.DescendantsAndSelf().Any(e => e switch
    {
        Call call => call.Function.CanThrow,
        Cast cast => !cast.IsTry && CastFunctions.Find(cast.Operand.Type, cast.Type)?.CanThrow == true,
        Arithmetic or Negate => true,
        _ => false,
    });

    /// <summary>
    /// True when it has neither columns nor parameters nor anything volatile, so that it is one value.
    /// </summary>
    public static bool IsFoldable(this Expression expression) => !expression.DescendantsAndSelf().Any(e =>
        e is ColumnUse or ColumnReference or Parameter or Call { Function.IsVolatile: true });

    /// <summary>True when it has no columns: one value per execution.</summary>
    public static bool IsRowIndependent(this Expression expression) =>
        !expression.DescendantsAndSelf().Any(
            e => e is ColumnUse or ColumnReference or Call { Function.IsVolatile: true });

    /// <summary>True for the constant TRUE.</summary>
    public static bool IsTrue(this Expression expression) =>
        expression is Constant { Value: { IsNull: false, AsBoolean: true } } c &&
        c.Type.Kind == Types.TypeKind.Boolean;

    /// <summary>True for the constants FALSE and NULL, which no filter lets pass.</summary>
    public static bool IsNeverTrue(this Expression expression) => expression is Constant c &&
        (c.Value.IsNull || (c.Type.Kind == Types.TypeKind.Boolean && !c.Value.AsBoolean));

    /// <summary>
    /// True when the condition is never true for rows in which all of these columns are NULL, as an outer join makes
    /// them.
    /// </summary>
    public static bool RejectsNulls(this Expression condition, IReadOnlySet<PlanColumn> columns) => condition switch
    {
        Conjunction conjunction => conjunction.Operands.Any(o => o.RejectsNulls(columns)),
        Disjunction disjunction => disjunction.Operands.All(o => o.RejectsNulls(columns)),
        IsNull { IsNegated: true } test => test.Operand.IsNullWhen(columns),
        IsDistinct { IsNegated: true, Right: Constant { Value.IsNull: false } } same => same.Left.IsNullWhen(columns),
        InList or Comparison or Like or Not => condition.IsNullWhen(columns),
        ColumnUse use => columns.Contains(use.Column),
        _ => false,
    };

    /// <summary>True when the value is surely NULL for rows in which all of these columns are NULL.</summary>
    public static bool IsNullWhen(this Expression expression, IReadOnlySet<PlanColumn> columns) => expression switch
    {
        ColumnUse use => columns.Contains(use.Column),
        Constant constant => constant.Value.IsNull,
        Cast or Arithmetic or Negate or Comparison or Like or Not =>
            expression.Children.Any(c => c.IsNullWhen(columns)),
        InList list => list.Operand.IsNullWhen(columns),
        Call call => !call.Function.HandlesNulls && call.Arguments.Any(a => a.IsNullWhen(columns)),
        _ => false,
    };
}
