using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// A step of a query as algebra: what to compute, not how. Immutable; rules make changed copies. Expressions refer to
/// the columns of the inputs: by identity (<see cref="ColumnUse"/>) while rules run, by position
/// (<see cref="ColumnReference"/>) in the plan that the executor gets.
/// </summary>
internal abstract record LogicalNode
{
    /// <summary>The nodes whose rows this one takes.</summary>
    public abstract PlanList<LogicalNode> Inputs { get; }

    /// <summary>The columns of the rows that this node gives, in order.</summary>
    public abstract PlanList<PlanColumn> Output { get; }

    /// <summary>Estimated rows given; negative while not estimated.</summary>
    public double EstimatedRows { get; init; } = -1;

    /// <summary>The same node over other inputs, as many as before.</summary>
    public abstract LogicalNode WithInputs(PlanList<LogicalNode> inputs);

    /// <summary>The expressions of this node alone.</summary>
    public virtual IEnumerable<Expression> Expressions => [];

    /// <summary>The same node over changed expressions; the same object where nothing changes.</summary>
    public virtual LogicalNode MapExpressions(Func<Expression, Expression> change) => this;

    /// <summary>
    /// The same node making other columns, to copy a plan: every use of the old ones, in this node and above, is the
    /// caller's to change.
    /// </summary>
    public virtual LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) => this;

    /// <summary>The output as a schema.</summary>
    public Schema Schema => new(Output.Select(column => column.ToField()));

    /// <summary>What is below projections that only leave out or reorder columns.</summary>
    public LogicalNode WithoutPicks()
    {
        LogicalNode node = this;
        while (node is Project { IsPick: true } pick) node = pick.Input;
        return node;
    }

    /// <summary>This node with every input changed; the same object where nothing changes.</summary>
    public LogicalNode MapInputs(Func<LogicalNode, LogicalNode> change)
    {
        PlanList<LogicalNode> inputs = Inputs;
        PlanList<LogicalNode> changed = inputs.Rewrite(change);
        return changed.IsSameAs(inputs) ? this : WithInputs(changed);
    }

    /// <summary>Changes inputs first, then what became of the nodes above them.</summary>
    public LogicalNode RewriteUp(Func<LogicalNode, LogicalNode> change) =>
        change(MapInputs(input => input.RewriteUp(change)));

    /// <summary>This node and everything below it, parents first.</summary>
    public IEnumerable<LogicalNode> DescendantsAndSelf()
    {
        Stack<LogicalNode> pending = new([this]);
        while (pending.TryPop(out LogicalNode? node))
        {
            yield return node;
            PlanList<LogicalNode> inputs = node.Inputs;
            for (int i = inputs.Count - 1; i >= 0; i--) pending.Push(inputs[i]);
        }
    }

    /// <summary>One line about this node, for EXPLAIN.</summary>
    public abstract string Describe();

    /// <inheritdoc/>
    public sealed override string ToString() => Describe();
}

/// <summary>A node without inputs.</summary>
internal abstract record LeafNode : LogicalNode
{
    public sealed override PlanList<LogicalNode> Inputs => default;

    public sealed override LogicalNode WithInputs(PlanList<LogicalNode> inputs) => this;
}

/// <summary>A node with one input.</summary>
internal abstract record UnaryNode(LogicalNode Input) : LogicalNode
{
    public sealed override PlanList<LogicalNode> Inputs => [Input];

    public sealed override LogicalNode WithInputs(PlanList<LogicalNode> inputs) => this with { Input = inputs[0] };
}

/// <summary>A column and what it is computed from.</summary>
internal sealed record NamedExpression(PlanColumn Column, Expression Expression)
{
    public NamedExpression Map(Func<Expression, Expression> change)
    {
        Expression changed = change(Expression);
        return ReferenceEquals(changed, Expression) ? this : new NamedExpression(Column, changed);
    }

    public NamedExpression MapColumn(Func<PlanColumn, PlanColumn> change) => new(change(Column), Expression);

    /// <inheritdoc/>
    public override string ToString() =>
        Expression is ColumnUse use && use.Column == Column ? Column.Name : $"{Expression} AS {Column.Name}";
}

/// <summary>An aggregate and the column it fills.</summary>
internal sealed record NamedAggregate(PlanColumn Column, AggregateCall Call);

/// <summary>A window function and the column it fills.</summary>
internal sealed record NamedWindow(PlanColumn Column, WindowCall Call);
