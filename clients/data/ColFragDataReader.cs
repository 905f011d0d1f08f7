using System.Collections;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Records;
using ColFrag.Engine.Types;

namespace ColFrag.Data;

/// <summary>
/// Rows as they stream from the database: forward only, memory bounded by one batch whatever the size of the result.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "ADO.NET calls it a reader.")]
public sealed class ColFragDataReader : DbDataReader, IDbColumnSchemaGenerator
{
    private readonly ColFragConnection _connection;
    private readonly CommandBehavior _behavior;
    private readonly CancellationTokenSource _stop;
    private readonly IEnumerator<PendingStatement> _statements;
    private readonly bool _isBasic;
    private QueryResult? _result;
    private ResultBatch? _batch;
    private Schema _schema = new();
    private int _row = -1;
    private bool _hasRows;
    private bool _isClosed;
    private long _recordsAffected = -1;

    internal ColFragDataReader(
        ColFragConnection connection, IEnumerable<PendingStatement> statements, CommandBehavior behavior,
        CancellationTokenSource stop)
    {
        _connection = connection;
        _statements = statements.GetEnumerator();
        _behavior = behavior;
        _stop = stop;
        _isBasic = connection.HasBasicClrTypes;
        connection.Begin(this);
    }

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override int FieldCount => _schema.Count;

    /// <inheritdoc/>
    public override bool HasRows => _hasRows;

    /// <inheritdoc/>
    public override bool IsClosed => _isClosed;

    /// <inheritdoc/>
    public override int RecordsAffected => (int)Math.Min(_recordsAffected, int.MaxValue);

    /// <inheritdoc/>
    public override object this[int ordinal] => GetValue(ordinal);

    /// <inheritdoc/>
    public override object this[string name] => GetValue(GetOrdinal(name));

    // ---- Rows and results ------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public override bool Read() => ReadAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        // Most rows lie in the batch that is here already.
        if (_batch is not null && _row + 1 < _batch.RowCount)
        {
            _row++;
            return Task.FromResult(true);
        }
        return ReadNextBatchAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override bool NextResult() => NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        await EndResultAsync(cancellationToken).ConfigureAwait(false);
        while (_statements.MoveNext())
        {
            PendingStatement statement = _statements.Current;
            await StartResultAsync(statement, cancellationToken).ConfigureAwait(false);
            if (_schema.Count > 0) return true;
            await EndResultAsync(cancellationToken).ConfigureAwait(false);
        }
        return false;
    }

    /// <inheritdoc/>
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        Operation?.End(null);
        _connection.End(this);
        if (_result is not null) await _result.DisposeAsync().ConfigureAwait(false);
        _result = null;
        _batch = null;
        _statements.Dispose();
        _stop.Dispose();
        if (_behavior.HasFlag(CommandBehavior.CloseConnection)) await _connection.CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The command that listeners hear of; null for none.</summary>
    internal ClientTelemetry.Operation? Operation { get; init; }

    /// <summary>Runs up to the first result that has columns.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
        base.Dispose(disposing);
    }

    private Task StartResultAsync(PendingStatement statement, CancellationToken cancellationToken) =>
        GuardAsync(async token =>
        {
            _result = await statement.RunAsync(_connection.RequireSession(), token).ConfigureAwait(false);
            _schema = _result.Schema;
            _row = -1;
            // Whether there are rows is asked before the first is read.
            _batch = _schema.Count > 0 ? await _result.ReadAsync(token).ConfigureAwait(false) : null;
            _hasRows = _batch is { RowCount: > 0 };
            return true;
        }, cancellationToken);

    private Task<bool> ReadNextBatchAsync(CancellationToken cancellationToken) =>
        GuardAsync(async token =>
        {
            if (_result is null || (_batch is null && _row >= -1 && !_hasRows)) return false;
            do
            {
                _batch = _batch is null ? null : await _result.ReadAsync(token).ConfigureAwait(false);
                _row = 0;
            }
            while (_batch is { RowCount: 0 });
            return _batch is not null;
        }, cancellationToken);

    private Task EndResultAsync(CancellationToken cancellationToken) => GuardAsync(async _ =>
    {
        if (_result is null) return false;
        if (_result.RowsAffected >= 0) _recordsAffected = Math.Max(_recordsAffected, 0) + _result.RowsAffected;
        QueryResult ended = _result;
        (_result, _batch, _schema, _hasRows) = (null, null, new Schema(), false);
        await ended.DisposeAsync().ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>
    /// Runs a step under the caller's token and the command's own, and says errors as the provider does.
    /// </summary>
    private async Task<bool> GuardAsync(Func<CancellationToken, Task<bool>> step, CancellationToken cancellationToken)
    {
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            return await step(both.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && IsCancellation(error))
        {
            Operation?.End(SqlStates.QueryCanceled);
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (OperationCanceledException error)
        {
            Operation?.End(SqlStates.QueryCanceled);
            throw new ColFragException("The command was cancelled", SqlStates.QueryCanceled, error);
        }
        catch (Engine.Errors.ColFragException error)
        {
            Operation?.End(error.SqlState);
            throw new ColFragException(error);
        }
    }

    private static bool IsCancellation(Exception error) =>
        error is OperationCanceledException or Engine.Errors.ColFragException { SqlState: SqlStates.QueryCanceled };

    private void RequireOpen()
    {
        if (_isClosed) throw new InvalidOperationException("The reader is closed.");
    }

    // ---- Columns ---------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public override string GetName(int ordinal) => FieldOf(ordinal).Name;

    /// <inheritdoc/>
    public override int GetOrdinal(string name)
    {
        for (int i = 0; i < _schema.Count; i++)
        {
            if (_schema[i].Name == name) return i;
        }
        for (int i = 0; i < _schema.Count; i++)
        {
            if (_schema[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }
        throw NoColumn($"The result has no column {name}.");
    }

    /// <inheritdoc/>
    public override string GetDataTypeName(int ordinal) => FieldOf(ordinal).Type.ToString();

    /// <inheritdoc/>
    public override Type GetFieldType(int ordinal) => ClrTypes.Of(FieldOf(ordinal).Type, _isBasic);

    /// <inheritdoc/>
    public ReadOnlyCollection<DbColumn> GetColumnSchema() =>
        new([.. _schema.Fields.Select((field, i) => (DbColumn)new ColFragColumn(field, i, GetFieldType(i)))]);

    /// <inheritdoc/>
    public override Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(
        CancellationToken cancellationToken = default) =>
        Task.FromResult(GetColumnSchema());

    /// <inheritdoc/>
    public override DataTable? GetSchemaTable() =>
        _schema.Count == 0 ? null : ColFragColumn.ToTable(GetColumnSchema());

    private Field FieldOf(int ordinal) => ordinal >= 0 && ordinal < _schema.Count
        ? _schema[ordinal]
        : throw NoColumn($"The result has {_schema.Count} columns, not one at {ordinal}.");

#pragma warning disable CA2201 // ADO.NET's contract names this exception.
    private static IndexOutOfRangeException NoColumn(string message) => new(message);
#pragma warning restore CA2201

    // ---- Values ----------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public override bool IsDBNull(int ordinal)
    {
        FieldOf(ordinal);
        return Current.IsNull(ordinal, _row);
    }

    /// <inheritdoc/>
    public override object GetValue(int ordinal)
    {
        FieldOf(ordinal);
        return ClrValues.ToClr(Current.GetValue(ordinal, _row), _isBasic);
    }

    /// <inheritdoc/>
    public override int GetValues(object[] values)
    {
        int count = Math.Min(values.Length, _schema.Count);
        for (int i = 0; i < count; i++) values[i] = GetValue(i);
        return count;
    }

    /// <inheritdoc/>
    public override T GetFieldValue<T>(int ordinal)
    {
        FieldOf(ordinal);
        if (typeof(T) == typeof(Value)) return (T)(object)Current.GetValue(ordinal, _row);
        if (typeof(T) == typeof(object)) return (T)GetValue(ordinal);
        return ClrConversions.To<T>(Known(ordinal));
    }

    /// <inheritdoc/>
    public override bool GetBoolean(int ordinal) => GetFieldValue<bool>(ordinal);

    /// <inheritdoc/>
    public override byte GetByte(int ordinal) => GetFieldValue<byte>(ordinal);

    /// <inheritdoc/>
    public override char GetChar(int ordinal) =>
        GetString(ordinal) is [char only] ? only : throw new InvalidCastException("The text is not one character.");

    /// <inheritdoc/>
    public override DateTime GetDateTime(int ordinal) => GetFieldValue<DateTime>(ordinal);

    /// <inheritdoc/>
    public override decimal GetDecimal(int ordinal) => GetFieldValue<decimal>(ordinal);

    /// <inheritdoc/>
    public override double GetDouble(int ordinal) => GetFieldValue<double>(ordinal);

    /// <inheritdoc/>
    public override float GetFloat(int ordinal) => GetFieldValue<float>(ordinal);

    /// <inheritdoc/>
    public override Guid GetGuid(int ordinal) => GetFieldValue<Guid>(ordinal);

    /// <inheritdoc/>
    public override short GetInt16(int ordinal) => GetFieldValue<short>(ordinal);

    /// <inheritdoc/>
    public override int GetInt32(int ordinal) => GetFieldValue<int>(ordinal);

    /// <inheritdoc/>
    public override long GetInt64(int ordinal) => GetFieldValue<long>(ordinal);

    /// <inheritdoc/>
    public override string GetString(int ordinal) => Known(ordinal).ToString();

    /// <inheritdoc/>
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        Copy(GetFieldValue<byte[]>(ordinal), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy(GetString(ordinal).ToCharArray(), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() =>
        new DbEnumerator(this, closeReader: _behavior.HasFlag(CommandBehavior.CloseConnection));

    private static long Copy<T>(T[] source, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null) return source.Length;
        int count = (int)Math.Max(0, Math.Min(length, source.Length - offset));
        Array.Copy(source, offset, buffer, bufferOffset, count);
        return count;
    }

    private ResultBatch Current => _batch is not null && _row >= 0 && _row < _batch.RowCount
        ? _batch
        : throw new InvalidOperationException("There is no current row: call Read first.");

    private Value Known(int ordinal)
    {
        FieldOf(ordinal);
        Value value = Current.GetValue(ordinal, _row);
        return !value.IsNull
            ? value
            : throw new InvalidCastException(string.Create(
                CultureInfo.InvariantCulture,
                    $"The column {GetName(ordinal)} is NULL in this row: ask IsDBNull first."));
    }
}
