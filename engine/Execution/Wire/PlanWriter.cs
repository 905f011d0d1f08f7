using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Writes plans as MessagePack. A node is an array of its number in <see cref="PlanNodeRegistry"/>, its estimate, its
/// inputs and the array of its own fields; an expression is an array of its number in <see cref="ExpressionRegistry"/>,
/// its place in the text and its fields. A field is only ever added at the end of an array.
/// </summary>
internal sealed class PlanWriter(MessagePackWriter target)
{
    /// <summary>Where the bytes go.</summary>
    public MessagePackWriter Target { get; } = target;

    /// <summary>The hashes of the assemblies that the plan's functions lie in.</summary>
    public SortedSet<string> Assemblies { get; } = new(StringComparer.Ordinal);

    /// <summary>Announces the fields of a node or expression.</summary>
    public void Begin(int fieldCount) => Target.WriteArrayHeader(fieldCount);

    public void Write(bool value) => Target.Write(value);

    public void Write(long value) => Target.Write(value);

    public void Write(double value) => Target.Write(value);

    public void Write(string? value) => Target.Write(value);

    public void Write(Schema schema) => Target.WriteSchema(schema);

    public void Write(LogicalType type) => Target.WriteType(type);

    public void Write(Value value) => Target.WriteValue(value);

    /// <summary>An enum's number.</summary>
    public void WriteEnum<T>(T value) where T : struct, Enum => Target.Write(Convert.ToInt64(value, null));

    /// <summary>Positions or other numbers.</summary>
    public void Write(PlanList<int> numbers)
    {
        Target.WriteArrayHeader(numbers.Count);
        foreach (int number in numbers) Target.Write(number);
    }

    public void Write(PlanList<SortColumn> keys)
    {
        Target.WriteArrayHeader(keys.Count);
        foreach (SortColumn key in keys)
        {
            Begin(3);
            Write(key.Column);
            Write(key.IsDescending);
            Write(key.NullsFirst);
        }
    }

    public void Write(PlanList<AggregateSpec> aggregates)
    {
        Target.WriteArrayHeader(aggregates.Count);
        foreach (AggregateSpec aggregate in aggregates)
        {
            Begin(3);
            FunctionBytes.Write(this, aggregate.Function);
            Write(aggregate.Arguments);
            Write(aggregate.Filter);
        }
    }

    public void WriteOutput(ExchangeOutput output)
    {
        Begin(3);
        WriteEnum(output.Kind);
        Write(output.Keys);
        Write(output.Places);
    }

    public void Write(PlanList<Expression> expressions)
    {
        Target.WriteArrayHeader(expressions.Count);
        foreach (Expression expression in expressions) Write(expression);
    }

    /// <summary>An expression, or nil.</summary>
    public void Write(Expression? expression)
    {
        if (expression is null) Target.WriteNil();
        else ExpressionRegistry.Write(this, expression);
    }

    /// <summary>A node with all below it.</summary>
    public void Write(PhysicalNode node)
    {
        Begin(4);
        Write(PlanNodeRegistry.NumberOf(node));
        Write(node.EstimatedRows);
        Target.WriteArrayHeader(node.Inputs.Count);
        foreach (PhysicalNode input in node.Inputs) Write(input);
        node.Write(this);
    }
}
