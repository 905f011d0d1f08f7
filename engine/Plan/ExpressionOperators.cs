using System.Text;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Nested.Lambdas;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>A function over arguments of exactly its types.</summary>
internal sealed record Call(ScalarFunction Function, PlanList<Expression> Arguments) : Expression(Function.ResultType)
{
    /// <summary>A call of the function that its constant arguments make of it.</summary>
    public static Call Create(ScalarFunction function, PlanList<Expression> arguments) => new(
        function.Specialize([.. arguments.Select(argument => (argument as Constant)?.Value)]), arguments);

    public override PlanList<Expression> Children => Arguments;

    public override Expression WithChildren(PlanList<Expression> children) => this with { Arguments = children };

    public override void WriteTo(StringBuilder target)
    {
        target.Append(Function.Info.Name).Append('(');
        WriteList(target, Arguments);
        if (Function is LambdaFunction lambda) target.Append(", ").Append(lambda.Body);
        target.Append(')');
    }
}

/// <summary>A change of type; <see cref="IsTry"/> gives NULL where the plain cast is an error.</summary>
internal sealed record Cast(Expression Operand, LogicalType Type, bool IsTry = false) : Expression(Type)
{
    public override PlanList<Expression> Children => [Operand];

    public override Expression WithChildren(PlanList<Expression> children) => this with { Operand = children[0] };

    public override void WriteTo(StringBuilder target)
    {
        target.Append(IsTry ? "TRY_CAST(" : "CAST(");
        Operand.WriteTo(target);
        target.Append(" AS ").Append(Type).Append(')');
    }
}

/// <summary>The arithmetic that runs on narrow lanes.</summary>
internal enum ArithmeticOperator : byte
{
    /// <summary>x + y</summary>
    Add,
    /// <summary>x - y</summary>
    Subtract,
    /// <summary>x * y</summary>
    Multiply,
    /// <summary>
    /// x / y; integers truncate toward zero, decimals round half away from zero to the result's scale
    /// </summary>
    Divide,
    /// <summary>x % y, with the sign of x</summary>
    Modulo,
}

/// <summary>How SQL writes the arithmetic operators.</summary>
internal static class ArithmeticOperators
{
    public static string Symbol(this ArithmeticOperator op) => op switch
    {
        ArithmeticOperator.Add => "+",
        ArithmeticOperator.Subtract => "-",
        ArithmeticOperator.Multiply => "*",
        ArithmeticOperator.Divide => "/",
        _ => "%",
    };
}

/// <summary>
/// x op y over numbers. Both operands have the type of the result, except DECIMAL: add, subtract and modulo have
/// operands of the result's scale and any precision; a product's scale is the sum of its operands' scales; a quotient's
/// scale is the result type's. Overflow of the type is 22003, division of anything by zero 22012.
/// </summary>
internal sealed record Arithmetic(ArithmeticOperator Operator, Expression Left, Expression Right, LogicalType Type)
    : InfixExpression(Left, Right, Type)
{
    protected override string Symbol => Operator.Symbol();
}

/// <summary>-x over a number; the type stays, the smallest integer overflows.</summary>
internal sealed record Negate(Expression Operand) : Expression(Operand.Type)
{
    public override PlanList<Expression> Children => [Operand];

    public override Expression WithChildren(PlanList<Expression> children) =>
        new Negate(children[0]) { Position = Position };

    public override void WriteTo(StringBuilder target)
    {
        target.Append("(-");
        Operand.WriteTo(target);
        target.Append(')');
    }
}

/// <summary>
/// <c>CASE WHEN condition THEN result … ELSE otherwise END</c>: the first condition that is true decides.
/// </summary>
internal sealed record Case(PlanList<CaseBranch> Branches, Expression Otherwise) : Expression(Otherwise.Type)
{
    public override PlanList<Expression> Children =>
        [.. Branches.SelectMany(branch => (Expression[])[branch.Condition, branch.Result]), Otherwise];

    public override Expression WithChildren(PlanList<Expression> children)
    {
        CaseBranch[] branches = new CaseBranch[Branches.Count];
        for (int i = 0; i < branches.Length; i++) branches[i] = new CaseBranch(children[2 * i], children[(2 * i) + 1]);
        return new Case([.. branches], children[^1]) { Position = Position };
    }

    public override void WriteTo(StringBuilder target)
    {
        target.Append("CASE");
        foreach (CaseBranch branch in Branches)
        {
            target.Append(" WHEN ");
            branch.Condition.WriteTo(target);
            target.Append(" THEN ");
            branch.Result.WriteTo(target);
        }
        target.Append(" ELSE ");
        Otherwise.WriteTo(target);
        target.Append(" END");
    }
}

/// <summary>One WHEN of a CASE; results have the type of the whole.</summary>
internal sealed record CaseBranch(Expression Condition, Expression Result);
