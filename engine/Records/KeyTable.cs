using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>The statements that read, write and delete single rows of a table, prepared once for a session.</summary>
internal sealed class KeyTable
{
    private const string KeyColumns =
        """
        SELECT k.column_name FROM information_schema.table_constraints c
        JOIN information_schema.key_column_usage k
            ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name
            AND k.table_name = c.table_name
        WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_name = $1
            AND c.table_schema = coalesce($2, current_schema())
        ORDER BY k.ordinal_position
        """;

    private readonly Dictionary<Type, Delegate> _readers = [];
    private readonly Dictionary<Type, object> _puts = [];
    private readonly QualifiedName _name;
    private readonly IReadOnlyList<string> _keys;

    private KeyTable(QualifiedName name, IReadOnlyList<string> keys)
    {
        _name = name;
        _keys = keys;
    }

    /// <summary>Reads the row of a key.</summary>
    public IPreparedStatement Select { get; private set; } = null!;

    /// <summary>Deletes the row of a key.</summary>
    public IPreparedStatement Delete { get; private set; } = null!;

    /// <summary>Finds the key of a table and prepares for it.</summary>
    /// <exception cref="QueryException">42P10: it has none.</exception>
    public static async Task<KeyTable> OpenAsync(
        ISession session, QualifiedName name, CancellationToken cancellationToken)
    {
        List<string> keys = [];
        Value schema = name.Parts.Count > 1 ? Value.Text(name.Parts[^2].Name) : Value.Null(LogicalType.Varchar);
        await using (QueryResult found = await session.ExecuteAsync(
            KeyColumns, [Value.Text(name.Last.Name), schema], cancellationToken).ConfigureAwait(false))
        {
            while (await found.ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
                for (int row = 0; row < batch.RowCount; row++) keys.Add(batch.GetValue(0, row).AsText);
        }
        KeyTable table = new(name, keys);
        string where = string.Join(" AND ", keys.Select((key, i) => $"{SqlNames.Quote(key)} = ${i + 1}"));
        // Without a key the table may still be missing altogether, which is said first.
        table.Select = await session.PrepareAsync(
            $"SELECT * FROM {name}" + (keys.Count > 0 ? $" WHERE {where}" : ""), null, cancellationToken)
            .ConfigureAwait(false);
        if (keys.Count == 0)
        {
            throw new QueryException(
                SqlStates.InvalidColumnReference, $"Table has no primary key: {name}",
                hint: "GetAsync, PutAsync and DeleteAsync need CREATE TABLE … (…, PRIMARY KEY (…)).");
        }
        table.Delete = await session.PrepareAsync($"DELETE FROM {name} WHERE {where}", null, cancellationToken)
            .ConfigureAwait(false);
        return table;
    }

    /// <summary>The parameters of a key.</summary>
    public Value[] KeyOf(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        object?[] parts = key is ITuple tuple ? [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])] : [key];
        if (parts.Length != _keys.Count)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue,
                $"Key of {_name} has {_keys.Count} columns, {parts.Length} were given: {string.Join(", ", _keys)}");
        }
        return Array.ConvertAll(parts, ClrValues.FromClr);
    }

    /// <summary>What makes objects of the table's rows.</summary>
    public Func<ResultBatch, int, T> ReaderOf<T>(Schema schema)
    {
        if (_readers.TryGetValue(typeof(T), out Delegate? known)) return (Func<ResultBatch, int, T>)known;
        Func<ResultBatch, int, T> reader = RecordReader.For<T>(schema);
        _readers[typeof(T)] = reader;
        return reader;
    }

    /// <summary>What writes objects of a type.</summary>
    public async ValueTask<Put<T>> PutOfAsync<T>(ISession session, CancellationToken cancellationToken)
    {
        if (_puts.TryGetValue(typeof(T), out object? known)) return (Put<T>)known;
        IReadOnlyList<ColumnFeed<T>> feeds = RecordFeeds.Of<T>(Select.Schema);
        string[] columns = [.. feeds.Select(f => SqlNames.Quote(f.Column.Name))];
        string[] keys = [.. _keys.Select(SqlNames.Quote)];
        IEnumerable<string> values = columns.Select((_, i) => $"${i + 1}");
        string[] changes = [.. columns.Except(keys).Select(c => $"{c} = excluded.{c}")];
        string sql = $"INSERT INTO {_name} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", values)}) "
            + $"ON CONFLICT ({string.Join(", ", keys)}) DO "
            + (changes.Length == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", changes)}");
        IPreparedStatement statement =
            await session.PrepareAsync(sql, [.. feeds.Select(f => f.Column.Type)], cancellationToken)
                .ConfigureAwait(false);
        Put<T> put = new(statement, feeds);
        _puts[typeof(T)] = put;
        return put;
    }

    /// <summary>A statement that writes a row, and how the row fills its parameters.</summary>
    internal sealed class Put<T>(IPreparedStatement statement, IReadOnlyList<ColumnFeed<T>> feeds)
    {
        public IPreparedStatement Statement => statement;

        /// <summary>The parameters of a row.</summary>
        public Value[] ValuesOf(T row) => [.. feeds.Select(feed => feed.ValueOf(row))];
    }
}
