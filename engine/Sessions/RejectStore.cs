using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The rows that a load could not read, as rows of a table. They are written by the transaction of the load: whoever
/// sees its rows sees its rejects, and a load that fails leaves neither.
/// </summary>
internal sealed class RejectStore : IAsyncDisposable
{
    private static readonly Schema s_schema = new(
        new Field("load_id", LogicalType.Varchar), new Field("file", LogicalType.Varchar),
        new Field("line", LogicalType.BigInt), new Field("byte_offset", LogicalType.BigInt),
        new Field("column_name", LogicalType.Varchar), new Field("message", LogicalType.Varchar),
        new Field("raw_text", LogicalType.Varchar));

    private readonly Lock _lock = new();
    private readonly Transaction _transaction;
    private readonly TableWriter _writer;
    private readonly TableWriterLane _lane;
    private readonly string _loadId;
    private readonly (string Schema, string Name)? _made;
    private readonly List<RejectedRow> _waiting = [];
    private readonly Batch _batch = new(s_schema);
    private readonly Arena _text = new(MemoryAccount.Untracked);

    private RejectStore(Transaction transaction, long table, (string Schema, string Name)? made, string loadId)
    {
        _transaction = transaction;
        _made = made;
        _loadId = loadId;
        _writer = transaction.BeginInsert(table);
        _lane = _writer.StartLane();
    }

    /// <summary>Opens the table of rejects, which is made where there is none.</summary>
    /// <exception cref="QueryException">42804: a table of that name has other columns.</exception>
    public static RejectStore Open(
        string schema, string table, string loadId, StatementScope scope, StatementBinder binder, Session session)
    {
        Transaction transaction = scope.Transaction;
        bool isNew = transaction.FindTable(schema, table) is null;
        if (isNew)
        {
            IEnumerable<string> columns = s_schema.Fields.Select(f => $"{f.Name} {f.Type}");
            Statement create = Parser.ParseStatement(
                $"CREATE TABLE {SqlNames.Quote(schema)}.{SqlNames.Quote(table)} ({string.Join(", ", columns)})");
            TableStatements.CreateTable((BoundCreateTable)binder.Bind(create), transaction, session);
        }
        TableSnapshot found = transaction.FindTable(schema, table)!;
        if (!found.Definition.Columns.Select(c => (c.Name, c.Type))
            .SequenceEqual(s_schema.Fields.Select(f => (f.Name, f.Type))))
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"The table cannot take rejected rows: \"{table}\"",
                hint: $"Its columns must be {s_schema}; rejects_table = '…' names another table, " +
                    "which is made where it is absent.");
        }
        return new RejectStore(transaction, found.TableId, isNew ? (schema, table) : null, loadId);
    }

    /// <summary>Takes a row, from any reading thread.</summary>
    public void Add(RejectedRow row)
    {
        lock (_lock)
        {
            _waiting.Add(row);
            if (_waiting.Count == Batch.MaxRows) Write();
        }
    }

    /// <summary>Hands all rows to the transaction; a table that was made for none goes again.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0) Write();
        if (_writer.RowCount == 0 && _made is { } made)
        {
            _transaction.Drop(NameSpace.Relation, made.Schema, made.Name);
            return;
        }
        await _transaction.FinishInsertAsync(_writer, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _batch.Dispose();
        _text.Dispose();
    }

    private void Write()
    {
        _text.Reset();
        Put(0, _ => Value.Text(_loadId));
        Put(1, r => Value.Text(r.File));
        Put(2, r => Value.BigInt(r.Line));
        Put(3, r => Value.BigInt(r.ByteOffset));
        Put(4, r => r.Column is null ? Value.Null(LogicalType.Varchar) : Value.Text(r.Column));
        Put(5, r => Value.Text(r.Message));
        Put(6, r => Value.Text(r.RawText));
        _batch.Count = _waiting.Count;
        _lane.Append(_batch);
        _waiting.Clear();
    }

    private void Put(int column, Func<RejectedRow, Value> valueOf) =>
        VectorBuilder.Build(_batch.Columns[column], [.. _waiting.Select(valueOf)], _text);
}
