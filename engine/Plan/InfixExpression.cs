using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>Two operands with a symbol between them.</summary>
internal abstract record InfixExpression(Expression Left, Expression Right, LogicalType Type) : Expression(Type)
{
    public sealed override PlanList<Expression> Children => [Left, Right];

    /// <summary>As it stands in SQL.</summary>
    protected abstract string Symbol { get; }

    public sealed override Expression WithChildren(PlanList<Expression> children) =>
        this with { Left = children[0], Right = children[1] };

    public sealed override void WriteTo(StringBuilder target)
    {
        target.Append('(');
        Left.WriteTo(target);
        target.Append(' ').Append(Symbol).Append(' ');
        Right.WriteTo(target);
        target.Append(')');
    }
}
