using System.Linq.Expressions;
using System.Reflection;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>
/// Makes objects of a type out of the rows of a result: columns go to members by name, or the only column is the value
/// itself. Compiled once for a schema.
/// </summary>
internal static class RecordReader
{
    /// <summary>The function from a row of a batch to an object.</summary>
    /// <exception cref="QueryException">42703: a constructor's argument has no column.</exception>
    public static Func<ResultBatch, int, T> For<T>(Schema schema)
    {
        ParameterExpression batch = Expression.Parameter(typeof(ResultBatch), "batch");
        ParameterExpression row = Expression.Parameter(typeof(int), "row");
        Expression body = ColumnReader.IsScalar(typeof(T))
            ? Scalar(typeof(T), schema, batch, row)
            : Record(typeof(T), schema, batch, row);
        return Expression.Lambda<Func<ResultBatch, int, T>>(body, batch, row).Compile();
    }

    private static Expression Scalar(Type type, Schema schema, Expression batch, Expression row)
    {
        if (schema.Count != 1)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"Result of {schema.Count} columns cannot be read as {type.Name}",
                hint: "Select one column, or read it as a record.");
        }
        return ColumnReader.Of(batch, row, 0, schema[0].Name, type, !type.IsValueType || IsNullable(type));
    }

    private static Expression Record(Type type, Schema schema, Expression batch, Expression row)
    {
        RecordType record = RecordType.Of(type);
        bool isTuple = type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true;
        List<Expression> arguments = [];
        List<MemberBinding> bindings = [];
        foreach (RecordMember member in record.Members.Where(m => m.CanBeSet))
        {
            // The names of a tuple's fields are the compiler's secret, so its columns go by their order.
            int column = isTuple && arguments.Count < schema.Count
                ? arguments.Count
                : RecordType.FindColumn(schema, member.ColumnName);
            Expression? value = column < 0
                ? null
                : ColumnReader.Of(batch, row, column, schema[column].Name, member.Type, member.IsNullable);
            if (member.Parameter is { } parameter)
                arguments.Add(value ?? DefaultOf(parameter, member, type, schema));
            else if (value is not null && member.Member is { } target)
                bindings.Add(Expression.Bind(target, value));
        }
        if (arguments.Count == 0 && bindings.Count == 0)
        {
            throw new QueryException(
                SqlStates.UndefinedColumn, $"Record has no member named like a column of the result: {type.Name}",
                hint: $"The columns are {string.Join(", ", schema.Fields.Select(f => f.Name))}.");
        }
        NewExpression made = record.Constructor is { } constructor
            ? Expression.New(constructor, arguments)
            : Expression.New(type);
        return bindings.Count == 0 ? made : Expression.MemberInit(made, bindings);
    }

    private static Expression DefaultOf(ParameterInfo parameter, RecordMember member, Type type, Schema schema) =>
        parameter.HasDefaultValue
            ? Expression.Convert(Expression.Constant(parameter.DefaultValue), parameter.ParameterType)
            : throw MissingColumn(type, member, schema);

    /// <summary>The error for a member that no column is named like.</summary>
    public static QueryException MissingColumn(Type type, RecordMember member, Schema schema) => new(
        SqlStates.UndefinedColumn, $"Column does not exist: \"{member.ColumnName}\", for {type.Name}.{member.Name}",
        hint: $"The columns are {string.Join(", ", schema.Fields.Select(f => f.Name))}; "
            + "[Column(\"name\")] gives a member another name.");

    private static bool IsNullable(Type type) => Nullable.GetUnderlyingType(type) is not null;
}
