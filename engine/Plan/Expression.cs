using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// A typed expression: names are resolved, casts are explicit, every operator knows its types. Immutable. Two are equal
/// when they compute the same way; the place in the text does not count.
/// </summary>
/// <param name="Type">The type of the value.</param>
internal abstract record Expression(LogicalType Type)
{
    /// <summary>Where an error about this expression points, as a UTF-16 offset; -1 when it was not written.</summary>
    public int Position { get; init; } = -1;

    /// <summary>The operands, in the order of evaluation.</summary>
    public abstract PlanList<Expression> Children { get; }

    /// <summary>The same operation over other operands, as many as before.</summary>
    public abstract Expression WithChildren(PlanList<Expression> children);

    /// <summary>This expression with every operand changed; the same object where nothing changes.</summary>
    public Expression MapChildren(Func<Expression, Expression> change)
    {
        PlanList<Expression> children = Children;
        PlanList<Expression> changed = children.Rewrite(change);
        return changed.IsSameAs(children) ? this : WithChildren(changed);
    }

    /// <summary>Changes operands first, then what became of their parents.</summary>
    public Expression RewriteUp(Func<Expression, Expression> change) =>
        change(MapChildren(child => child.RewriteUp(change)));

    /// <summary>This expression and everything below it, parents first.</summary>
    public IEnumerable<Expression> DescendantsAndSelf()
    {
        Stack<Expression> pending = new([this]);
        while (pending.TryPop(out Expression? expression))
        {
            yield return expression;
            PlanList<Expression> children = expression.Children;
            for (int i = children.Count - 1; i >= 0; i--) pending.Push(children[i]);
        }
    }

    /// <summary>Writes the expression as SQL that means the same, fully parenthesised.</summary>
    public sealed override string ToString()
    {
        StringBuilder target = new();
        WriteTo(target);
        return target.ToString();
    }

    /// <summary>Appends the expression as SQL.</summary>
    public abstract void WriteTo(StringBuilder target);

    /// <summary>Compares the kinds and types; derived records add their own parts.</summary>
    public virtual bool Equals(Expression? other) =>
        other is not null && EqualityContract == other.EqualityContract && Type.Equals(other.Type);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EqualityContract, Type.Kind);

    /// <summary>Appends items with commas between them.</summary>
    private protected static void WriteList(StringBuilder target, PlanList<Expression> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) target.Append(", ");
            items[i].WriteTo(target);
        }
    }
}
