using System.Linq.Expressions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Linq;

/// <summary>What the rows of a query are to the caller.</summary>
internal enum ResultKind
{
    /// <summary>A sequence.</summary>
    Rows,
    /// <summary>One computed value: always a row.</summary>
    Value,
    /// <summary>The first row; none is an error.</summary>
    First,
    /// <summary>The first row, or the default.</summary>
    FirstOrDefault,
    /// <summary>The only row; none or more is an error.</summary>
    Single,
    /// <summary>The only row, or the default; more is an error.</summary>
    SingleOrDefault,
}

/// <summary>A query as a statement, with what makes objects of its rows.</summary>
internal sealed record TranslatedQuery(
    QueryStatement Statement, IReadOnlyList<Value> Parameters, Shape Shape, ResultKind Kind)
{
    /// <summary>True where a condition chose the rows that First or Single speaks of.</summary>
    public bool HasCondition { get; init; }

    /// <summary>The function from a row of a batch to an object.</summary>
    public Func<ResultBatch, int, T> BuilderOf<T>(Schema schema)
    {
        ParameterExpression batch = Expression.Parameter(typeof(ResultBatch), "batch");
        ParameterExpression row = Expression.Parameter(typeof(int), "row");
        int column = 0;
        Expression built = Shape.Build(
            (leaf, name) => ColumnReader.Of(batch, row, column++, name, leaf.Type, leaf.MayReadNull), "value");
        Invariant.Holds(column == schema.Count);
        Expression body = built.Type == typeof(T) ? built : Expression.Convert(built, typeof(T));
        return Expression.Lambda<Func<ResultBatch, int, T>>(body, batch, row).Compile();
    }
}
