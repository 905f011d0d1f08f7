using System.Linq.Expressions;
using System.Reflection;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <summary>What an expression of C# is in SQL: a value, or an object made of several.</summary>
internal abstract class Shape(Type type)
{
    /// <summary>The C# type.</summary>
    public Type Type { get; } = type;

    /// <summary>The values, in the order of the columns that carry them.</summary>
    public IReadOnlyList<ValueShape> Leaves()
    {
        List<ValueShape> leaves = [];
        Map(leaf =>
        {
            leaves.Add(leaf);
            return leaf;
        });
        return leaves;
    }

    /// <summary>The shape with every value replaced, in the order of <see cref="Leaves"/>.</summary>
    public abstract Shape Map(Func<ValueShape, ValueShape> change);

    /// <summary>The expression that makes the object; values are read in the order of <see cref="Leaves"/>.</summary>
    /// <param name="read">Reads a value, which errors call by this name.</param>
    /// <param name="name">What holds the object.</param>
    public abstract Expression Build(Func<ValueShape, string, Expression> read, string name);
}

/// <summary>One value.</summary>
/// <param name="Type">The C# type.</param>
/// <param name="sql">How it is computed.</param>
/// <param name="isNullable">True where it may be NULL.</param>
internal sealed class ValueShape(Type Type, SyntaxExpression sql, bool isNullable) : Shape(Type)
{
    public SyntaxExpression Sql => sql;

    /// <summary>True where it may be NULL.</summary>
    public bool IsNullable => isNullable;

    /// <summary>True where NULL gives the default of the type instead of an error.</summary>
    public bool MayReadNull { get; init; } = !Type.IsValueType || Nullable.GetUnderlyingType(Type) is not null;

    /// <summary>The same value computed otherwise.</summary>
    public ValueShape With(SyntaxExpression other, bool mayBeNull) =>
        new(Type, other, mayBeNull) { MayReadNull = MayReadNull };

    /// <summary>The same value as another type of C#.</summary>
    public ValueShape As(Type other) => other == Type ? this : new ValueShape(other, sql, isNullable);

    public override Shape Map(Func<ValueShape, ValueShape> change) => change(this);

    public override Expression Build(Func<ValueShape, string, Expression> read, string name) => read(this, name);
}

/// <summary>An object: a row of a table, or what <c>new</c> made.</summary>
internal sealed class RecordShape(Type type, ConstructorInfo? constructor, IReadOnlyList<RecordShape.Part> parts)
    : Shape(type)
{
    /// <summary>One member.</summary>
    /// <param name="Name">Its name in C#.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="IsArgument">True where it is an argument of the constructor.</param>
    /// <param name="Member">What is set after construction; null for arguments.</param>
    internal sealed record Part(string Name, Shape Value, bool IsArgument, MemberInfo? Member);

    public IReadOnlyList<Part> Parts => parts;

    /// <summary>
    /// NULL where there is no object, as on the other side of a left join; null where there always is one.
    /// </summary>
    public ValueShape? Presence { get; init; }

    /// <summary>The value of a member.</summary>
    public Shape? Find(string name) =>
        (parts.FirstOrDefault(p => p.Name == name) ??
         parts.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))?.Value;

    /// <summary>The object as it is where it may be missing.</summary>
    public RecordShape AsOptional(ValueShape presence)
    {
        RecordShape optional = (RecordShape)Map(leaf => leaf.With(leaf.Sql, mayBeNull: true));
        return new RecordShape(Type, constructor, optional.Parts) { Presence = presence };
    }

    public override Shape Map(Func<ValueShape, ValueShape> change)
    {
        ValueShape? presence = Presence is null ? null : (ValueShape)Presence.Map(change);
        return new RecordShape(Type, constructor, [.. parts.Select(p => p with { Value = p.Value.Map(change) })])
        {
            Presence = presence,
        };
    }

    public override Expression Build(Func<ValueShape, string, Expression> read, string name)
    {
        Expression? presence = Presence is null ? null : read(Presence, name);
        List<Expression> arguments = [];
        List<MemberBinding> bindings = [];
        foreach (Part part in parts)
        {
            Expression value = part.Value.Build(read, part.Name);
            if (part.IsArgument) arguments.Add(value);
            else if (part.Member is { } member) bindings.Add(Expression.Bind(member, value));
        }
        Expression made = constructor is null ? Expression.New(Type) : Expression.New(constructor, arguments);
        if (bindings.Count > 0) made = Expression.MemberInit((NewExpression)made, bindings);
        return presence is null
            ? made
            : Expression.Condition(
                Expression.Equal(presence, Expression.Constant(true, typeof(bool?))), made, Expression.Default(Type));
    }
}

/// <summary>A group of GROUP BY: its key, and what an element of it looks like to aggregates.</summary>
internal sealed class GroupShape(Type type, Shape key, Shape element) : Shape(type)
{
    public Shape Key => key;

    public Shape Element => element;

    public override Shape Map(Func<ValueShape, ValueShape> change) => throw Unsupported.Group();

    public override Expression Build(Func<ValueShape, string, Expression> read, string name) =>
        throw Unsupported.Group();
}

/// <summary>A sequence for each row: the matches of GroupJoin.</summary>
/// <param name="type">The C# type of the sequence.</param>
/// <param name="keys">The values of the row that choose the elements.</param>
/// <param name="draft">The query of the elements for given keys.</param>
internal sealed class SequenceShape(Type type, Shape keys, Func<Shape, QueryDraft> draft) : Shape(type)
{
    /// <summary>The query, made anew for each use.</summary>
    public QueryDraft Draft() => draft(keys);

    public override Shape Map(Func<ValueShape, ValueShape> change) =>
        new SequenceShape(Type, keys.Map(change), draft);

    public override Expression Build(Func<ValueShape, string, Expression> read, string name) =>
        throw Unsupported.Sequence();
}
