using System.Globalization;
using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>An expression without operands.</summary>
internal abstract record LeafExpression(LogicalType Type) : Expression(Type)
{
    public sealed override PlanList<Expression> Children => default;

    public sealed override Expression WithChildren(PlanList<Expression> children) => this;
}

/// <summary>
/// A column by its position in the input: the form that runs. In a join the left input's columns come first.
/// </summary>
/// <param name="Index">Position in the input's columns, from 0.</param>
/// <param name="Type">The type.</param>
/// <param name="Name">For people; does not count in comparisons.</param>
internal sealed record ColumnReference(int Index, LogicalType Type, string Name) : LeafExpression(Type)
{
    public bool Equals(ColumnReference? other) => base.Equals(other) && Index == other.Index;

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Index);

    public override void WriteTo(StringBuilder target) => target.Append(Name);
}

/// <summary>A column by identity: the form that the binder makes and rules move about.</summary>
internal sealed record ColumnUse(PlanColumn Column) : LeafExpression(Column.Type)
{
    public override void WriteTo(StringBuilder target) => target.Append(Column.Name);
}

/// <summary>A literal, or what constants folded to.</summary>
internal sealed record Constant(Value Value) : LeafExpression(Value.Type)
{
    public override void WriteTo(StringBuilder target)
    {
        if (Value.IsNull)
        {
            target.Append("NULL");
            return;
        }
        string text = Value.ToString();
        switch (Type.Kind)
        {
            case TypeKind.Boolean or TypeKind.Integer or TypeKind.BigInt or TypeKind.Decimal or TypeKind.HugeInt:
                target.Append(text);
                break;
            case TypeKind.Varchar:
                target.Append('\'').Append(text.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
                break;
            default:
                target.Append('\'').Append(text.Replace("'", "''", StringComparison.Ordinal)).Append("'::").Append(
                    Type);
                break;
        }
    }
}

/// <summary>A value given at execution.</summary>
/// <param name="Number">The number from 1; named parameters are numbered in the order of their first use.</param>
/// <param name="Type">The type inferred from the context.</param>
internal sealed record Parameter(int Number, LogicalType Type) : LeafExpression(Type)
{
    public override void WriteTo(StringBuilder target) => target.Append(CultureInfo.InvariantCulture, $"${Number}");
}
