using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Records;

/// <summary>Fills a column of a table from rows of C#.</summary>
internal abstract class ColumnFeed<TRow>(Field column)
{
    /// <summary>The column, with the table's type.</summary>
    public Field Column => column;

    /// <summary>Writes a row's value.</summary>
    public abstract void Write(TRow row, ColumnVector target, int index, Arena text);

    /// <summary>A row's value as one of the column's type, for columns whose values are not written one by one.</summary>
    /// <exception cref="QueryException">It does not fit.</exception>
    public Value ConvertedValueOf(TRow row) => ValueOf(row) is { IsNull: false } value
        ? FeedValues.Convert(value, Column)
        : Value.Null(Column.Type);

    /// <summary>A row's value by itself, converted by whoever takes it.</summary>
    public abstract Value ValueOf(TRow row);

    /// <summary>The feed of a member; what has the column's own form goes without a box.</summary>
    public static ColumnFeed<TRow> Of<TValue>(Field column, Func<TRow, TValue> get) => new Typed<TValue>(column, get);

    private sealed class Typed<TValue>(Field column, Func<TRow, TValue> get) : ColumnFeed<TRow>(column)
    {
        private readonly bool _isSameType = ManagedTypes.Find(typeof(TValue)) is { } own && own.Equals(column.Type);

        public override Value ValueOf(TRow row) => get(row) is Enum label && FeedValues.IsText(Column.Type)
            ? Value.Text(label.ToString())
            : ClrValues.FromClr(get(row));

        public override void Write(TRow row, ColumnVector target, int index, Arena text)
        {
            TValue value = get(row);
            if (value is string letters && Column.Type.Kind == TypeKind.Varchar)
                FeedValues.WriteText(letters, target, index, text);
            else if (!_isSameType) FeedValues.Write(value, Column, target, index, text);
            else if (!ManagedTypes.Write(value, target, index, text)) target.SetNull(index);
        }
    }
}

/// <summary>Values of C# into vectors of whatever type.</summary>
internal static unsafe class FeedValues
{
    /// <summary>True where an enumeration is its name.</summary>
    public static bool IsText(LogicalType type) => type.Kind is TypeKind.Varchar or TypeKind.Enum;

    /// <summary>Writes a text.</summary>
    public static void WriteText(string value, ColumnVector target, int index, Arena text)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        byte* bytes = text.Allocate(Math.Max(length, 1), alignment: 1);
        Encoding.UTF8.GetBytes(value, new Span<byte>(bytes, length));
        target.As<Utf8View>()[index] = new Utf8View(bytes, length);
    }

    /// <summary>Writes any value, converted to the column's type as an assignment would.</summary>
    /// <exception cref="QueryException">It does not fit.</exception>
    public static void Write(object? value, Field column, ColumnVector target, int index, Arena text)
    {
        if (value is null or DBNull)
        {
            target.SetNull(index);
            return;
        }
        target.SetValue(index, Convert(value, column), text);
    }

    /// <summary>Any value but null, converted to the column's type as an assignment would.</summary>
    /// <exception cref="QueryException">It does not fit.</exception>
    public static Value Convert(object value, Field column)
    {
        try
        {
            Value known = value is Enum label && IsText(column.Type)
                ? Value.Text(label.ToString())
                : ClrValues.FromClr(value);
            return known.Type.Equals(column.Type)
                ? known
                : ExpressionEvaluator.EvaluateConstant(
                    new Cast(new Constant(known), column.Type), SessionInfo.Default);
        }
        catch (Exception error) when (error is QueryException or NotSupportedException or OverflowException)
        {
            throw new QueryException(
                (error as QueryException)?.SqlState ?? SqlStates.DatatypeMismatch,
                $"Value does not fit column \"{column.Name}\" of type {column.Type}: {error.Message}",
                hint: (error as QueryException)?.Hint, inner: error);
        }
    }
}
