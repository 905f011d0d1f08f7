using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>Values of one column of a result as values of a C# type; what is common goes without a box.</summary>
internal static class ColumnReader
{
    private static readonly MethodInfo s_read = typeof(ColumnReader).GetMethod(
        nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The expression that reads a column at a row of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="type">The C# type wanted.</param>
    /// <param name="isNullable">False where NULL is an error.</param>
    public static Expression Of(
        Expression batch, Expression row, int column, string name, Type type, bool isNullable)
    {
        Type wanted = Nullable.GetUnderlyingType(type) ?? type;
        Expression read = Expression.Call(
            s_read.MakeGenericMethod(wanted), batch, Expression.Constant(column), row);
        Expression whenNull = isNullable
            ? Expression.Default(type)
            : Expression.Throw(Expression.Call(
                typeof(ColumnReader), nameof(NoValue), [], Expression.Constant(name), Expression.Constant(type)),
                type);
        return Expression.Condition(
            Expression.Call(batch, nameof(ResultBatch.IsNull), [], Expression.Constant(column), row),
            whenNull, wanted == type ? read : Expression.Convert(read, type));
    }

    /// <summary>True for types that are one value and no record.</summary>
    public static bool IsScalar(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsPrimitive || plain.IsEnum || plain.IsArray || plain == typeof(string) ||
            plain == typeof(decimal) || plain == typeof(DateOnly) || plain == typeof(TimeOnly) ||
            plain == typeof(DateTime) || plain == typeof(DateTimeOffset) || plain == typeof(TimeSpan) ||
            plain == typeof(Guid) || plain == typeof(Int128) || plain == typeof(UInt128) || plain == typeof(object) ||
            plain == typeof(Half) || plain == typeof(System.Numerics.BigInteger) || plain == typeof(Value) ||
            plain == typeof(Interval) || plain == typeof(Dictionary<string, object?>) ||
            plain == typeof(Dictionary<object, object?>);
    }

    private static QueryException NoValue(string column, Type type) => new(
        "22002", $"NULL in column \"{column}\", which {type.Name} cannot hold",
        hint: $"Declare the member as {type.Name}?, or take the value out in the query.");

    private static T Read<T>(ResultBatch batch, int column, int row)
    {
        LogicalType type = batch.Batch.Columns[column].Type;
        if (typeof(T) == typeof(string) && type.Kind is TypeKind.Varchar or TypeKind.Json)
            return (T)(object)Encoding.UTF8.GetString(batch.GetUtf8(column, row));
        if (type.IsInteger)
        {
            Int128 whole = batch.GetInteger(column, row);
            if (typeof(T) == typeof(int)) return (T)(object)checked((int)whole);
            if (typeof(T) == typeof(long)) return (T)(object)checked((long)whole);
            if (typeof(T) == typeof(short)) return (T)(object)checked((short)whole);
        }
        if (typeof(T) == typeof(double) && type.IsFloat) return (T)(object)batch.GetDouble(column, row);
        if (typeof(T) == typeof(bool) && type.Kind == TypeKind.Boolean)
            return (T)(object)(batch.GetInteger(column, row) != 0);
        Value value = batch.GetValue(column, row);
        if (typeof(T) == typeof(object)) return (T)ClrValues.ToClr(value, isBasic: false);
        if (typeof(T) == typeof(Value)) return (T)(object)value;
        if (typeof(T).IsEnum && type.Kind is TypeKind.Varchar or TypeKind.Enum)
            return (T)Enum.Parse(typeof(T), value.ToString(), ignoreCase: true);
        try
        {
            return ClrConversions.To<T>(value);
        }
        catch (Exception error) when (error is InvalidCastException or OverflowException)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"Value of type {type} cannot be read as {typeof(T).Name}: {value}",
                hint: "Cast it in the query, or declare the member with another type.", inner: error);
        }
    }
}
