using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>The comparisons.</summary>
internal enum ComparisonOperator : byte
{
    /// <summary>=</summary>
    Equal,
    /// <summary>&lt;&gt;</summary>
    NotEqual,
    /// <summary>&lt;</summary>
    Less,
    /// <summary>&lt;=</summary>
    LessOrEqual,
    /// <summary>&gt;</summary>
    Greater,
    /// <summary>&gt;=</summary>
    GreaterOrEqual,
}

/// <summary>What follows from a comparison operator alone.</summary>
internal static class ComparisonOperators
{
    /// <summary>The operator with its sides exchanged: a &lt; b is b &gt; a.</summary>
    public static ComparisonOperator Mirror(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        _ => op,
    };

    /// <summary>The operator that is true where this one is false: NOT (a &lt; b) is a &gt;= b.</summary>
    public static ComparisonOperator Negate(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => ComparisonOperator.NotEqual,
        ComparisonOperator.NotEqual => ComparisonOperator.Equal,
        ComparisonOperator.Less => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.LessOrEqual => ComparisonOperator.Greater,
        ComparisonOperator.Greater => ComparisonOperator.LessOrEqual,
        _ => ComparisonOperator.Less,
    };

    /// <summary>
    /// True when the operator holds for an order: negative for less, 0 for equal, positive for greater.
    /// </summary>
    public static bool Accepts(this ComparisonOperator op, int order) => op switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };

    /// <summary>As SQL writes it.</summary>
    public static string Symbol(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "<>",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        _ => ">=",
    };
}

/// <summary>x op y; NULL when either side is. Both sides have the same type (decimals: the same scale).</summary>
internal sealed record Comparison(ComparisonOperator Operator, Expression Left, Expression Right)
    : InfixExpression(Left, Right, LogicalType.Boolean)
{
    /// <summary>A collation other than byte order, for text; else null.</summary>
    public string? Collation { get; init; }

    protected override string Symbol => Operator.Symbol();
}

/// <summary>x IS DISTINCT FROM y: NULL is a value like any other here; never NULL.</summary>
internal sealed record IsDistinct(Expression Left, Expression Right, bool IsNegated)
    : InfixExpression(Left, Right, LogicalType.Boolean)
{
    protected override string Symbol => IsNegated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";
}

/// <summary>AND over two or more operands, none of which is a conjunction itself.</summary>
internal sealed record Conjunction(PlanList<Expression> Operands) : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => Operands;

    public override Expression WithChildren(PlanList<Expression> children) =>
        new Conjunction(children) { Position = Position };

    /// <summary>True when all are: the operands flattened, TRUE for none, the operand itself for one.</summary>
    public static Expression Of(IEnumerable<Expression> conditions)
    {
        List<Expression> operands = [];
        foreach (Expression condition in conditions) AddTo(operands, condition);
        return operands.Count switch
        {
            0 => new Constant(Value.Boolean(true)),
            1 => operands[0],
            _ => new Conjunction(operands.ToPlanList()),
        };
    }

    /// <summary>The conditions that must all be true.</summary>
    public static PlanList<Expression> Split(Expression condition) => condition switch
    {
        Conjunction conjunction => conjunction.Operands,
        Constant { Value: { IsNull: false, AsBoolean: true } } => default,
        _ => [condition],
    };

    private static void AddTo(List<Expression> operands, Expression condition)
    {
        foreach (Expression operand in Split(condition))
        {
            if (operand is Conjunction) AddTo(operands, operand);
            else operands.Add(operand);
        }
    }

    public override void WriteTo(StringBuilder target) => Predicates.WriteChain(target, Operands, " AND ");
}

/// <summary>OR over two or more operands, none of which is a disjunction itself.</summary>
internal sealed record Disjunction(PlanList<Expression> Operands) : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => Operands;

    public override Expression WithChildren(PlanList<Expression> children) =>
        new Disjunction(children) { Position = Position };

    /// <summary>True when one is: the operands flattened, FALSE for none, the operand itself for one.</summary>
    public static Expression Of(IEnumerable<Expression> conditions)
    {
        PlanList<Expression> operands =
            conditions.SelectMany(c => c is Disjunction d ? (IEnumerable<Expression>)d.Operands : [c]).ToPlanList();
        return operands.Count switch
        {
            0 => new Constant(Value.Boolean(false)),
            1 => operands[0],
            _ => new Disjunction(operands),
        };
    }

    public override void WriteTo(StringBuilder target) => Predicates.WriteChain(target, Operands, " OR ");
}

/// <summary>NOT x; NULL stays NULL.</summary>
internal sealed record Not(Expression Operand) : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => [Operand];

    public override Expression WithChildren(PlanList<Expression> children) => this with { Operand = children[0] };

    public override void WriteTo(StringBuilder target)
    {
        target.Append("(NOT ");
        Operand.WriteTo(target);
        target.Append(')');
    }
}

/// <summary>x IS NULL, or IS NOT NULL when negated.</summary>
internal sealed record IsNull(Expression Operand, bool IsNegated) : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => [Operand];

    public override Expression WithChildren(PlanList<Expression> children) => this with { Operand = children[0] };

    public override void WriteTo(StringBuilder target)
    {
        target.Append('(');
        Operand.WriteTo(target);
        target.Append(IsNegated ? " IS NOT NULL)" : " IS NULL)");
    }
}

/// <summary>
/// x IN (items): true when one is equal, else NULL when x or an item is NULL, else false. Items have the type of x and
/// are mostly constants.
/// </summary>
internal sealed record InList(Expression Operand, PlanList<Expression> Items, bool IsNegated)
    : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => [Operand, .. Items];

    public override Expression WithChildren(PlanList<Expression> children) =>
        this with { Operand = children[0], Items = children.AsSpan()[1..].ToArray().ToPlanList() };

    public override void WriteTo(StringBuilder target)
    {
        target.Append('(');
        Operand.WriteTo(target);
        target.Append(IsNegated ? " NOT IN (" : " IN (");
        WriteList(target, Items);
        target.Append("))");
    }
}

/// <summary>x LIKE pattern. Regular expressions, SIMILAR TO and GLOB are calls.</summary>
/// <param name="Operand">Text.</param>
/// <param name="Pattern">Text in which % stands for anything and _ for one character.</param>
/// <param name="IsCaseInsensitive">True for ILIKE.</param>
/// <param name="Escape">The character that takes % and _ literally; null for none.</param>
/// <param name="IsNegated">True for NOT LIKE.</param>
internal sealed record Like(
    Expression Operand, Expression Pattern, bool IsCaseInsensitive, Rune? Escape, bool IsNegated)
    : Expression(LogicalType.Boolean)
{
    public override PlanList<Expression> Children => [Operand, Pattern];

    public override Expression WithChildren(PlanList<Expression> children) =>
        this with { Operand = children[0], Pattern = children[1] };

    public override void WriteTo(StringBuilder target)
    {
        target.Append('(');
        Operand.WriteTo(target);
        target.Append(IsNegated ? " NOT" : "").Append(IsCaseInsensitive ? " ILIKE " : " LIKE ");
        Pattern.WriteTo(target);
        if (Escape is { Value: not '\\' } escape) target.Append(" ESCAPE '").Append(escape).Append('\'');
        if (Escape is null) target.Append(" ESCAPE ''");
        target.Append(')');
    }
}

/// <summary>Printing that predicates share.</summary>
internal static class Predicates
{
    /// <summary>Appends operands in parentheses with a word between them.</summary>
    public static void WriteChain(StringBuilder target, PlanList<Expression> operands, string word)
    {
        target.Append('(');
        for (int i = 0; i < operands.Count; i++)
        {
            if (i > 0) target.Append(word);
            operands[i].WriteTo(target);
        }
        target.Append(')');
    }
}
