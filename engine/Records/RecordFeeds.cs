using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>Which columns of a table rows of C# fill, and how.</summary>
internal static class RecordFeeds
{
    private static readonly MethodInfo s_feedOf = typeof(RecordFeeds).GetMethod(
        nameof(FeedOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The feeds of a record's members; every member must have a column.</summary>
    /// <exception cref="QueryException">42703: a member has none.</exception>
    public static IReadOnlyList<ColumnFeed<T>> Of<T>(Schema table)
    {
        if (ColumnReader.IsScalar(typeof(T)))
        {
            return table.Count == 1
                ? [ColumnFeed<T>.Of(table[0], static value => value)]
                : throw new QueryException(
                    SqlStates.DatatypeMismatch,
                    $"Table of {table.Count} columns cannot be filled from {typeof(T).Name}",
                    hint: "Use a record with a member for each column.");
        }
        bool isTuple = typeof(T).FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true;
        List<ColumnFeed<T>> feeds = [];
        foreach (RecordMember member in RecordType.Of(typeof(T)).Members.Where(m => m.Member is not null))
        {
            int column = isTuple ? feeds.Count : RecordType.FindColumn(table, member.ColumnName);
            if (column < 0 || column >= table.Count)
                throw RecordReader.MissingColumn(typeof(T), member, table);
            feeds.Add((ColumnFeed<T>)s_feedOf.MakeGenericMethod(typeof(T), member.Type)
                .Invoke(null, [table[column], member.Member])!);
        }
        return feeds;
    }

    /// <summary>The feeds of a reader's columns: by name, or all by place where no name is the table's.</summary>
    public static IReadOnlyList<ColumnFeed<DbDataReader>> Of(DbDataReader reader, Schema table)
    {
        int[] columns = [.. Enumerable.Range(0, reader.FieldCount)
            .Select(i => RecordType.FindColumn(table, reader.GetName(i)))];
        if (columns.All(c => c < 0) && columns.Length == table.Count)
            columns = [.. Enumerable.Range(0, table.Count)];
        List<ColumnFeed<DbDataReader>> feeds = [];
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i] < 0)
            {
                throw new QueryException(
                    SqlStates.UndefinedColumn, $"Column does not exist: \"{reader.GetName(i)}\"",
                    hint: $"The columns are {string.Join(", ", table.Fields.Select(f => f.Name))}.");
            }
            int ordinal = i;
            feeds.Add(ColumnFeed<DbDataReader>.Of<object?>(table[columns[i]], row => row.GetValue(ordinal)));
        }
        return feeds;
    }

    private static ColumnFeed<T> FeedOf<T, TValue>(Field column, MemberInfo member)
    {
        ParameterExpression row = Expression.Parameter(typeof(T), "row");
        return ColumnFeed<T>.Of(column, Expression.Lambda<Func<T, TValue>>(
            Expression.MakeMemberAccess(row, member), row).Compile());
    }
}
