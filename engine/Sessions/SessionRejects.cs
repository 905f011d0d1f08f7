using ColFrag.Engine.Formats;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The rows that <c>read_csv(…, on_error = 'store')</c> and its like left out of the last such statement: a query may
/// not write a table of rejects, so they are kept here, as <c>colfrag_rejects</c>.
/// </summary>
internal sealed class SessionRejects
{
    /// <summary>Beyond these, rows are only counted; COPY stores all.</summary>
    private const int MaxRows = 100_000;

    private readonly Lock _lock = new();
    private readonly List<RejectedRow> _rows = [];

    /// <summary>The columns of <see cref="ToRows"/>.</summary>
    public static Schema Schema { get; } = new(
        new Field("file", LogicalType.Varchar, false), new Field("line", LogicalType.BigInt, false),
        new Field("byte_offset", LogicalType.BigInt, false), new Field("column_name", LogicalType.Varchar),
        new Field("message", LogicalType.Varchar, false), new Field("raw_text", LogicalType.Varchar, false));

    /// <summary>Forgets the rows of the statement before.</summary>
    public void Begin()
    {
        lock (_lock) _rows.Clear();
    }

    /// <summary>Takes a row, from any reading thread.</summary>
    public void Add(RejectedRow row)
    {
        lock (_lock)
        {
            if (_rows.Count < MaxRows) _rows.Add(row);
        }
    }

    /// <summary>The rows, by file and place.</summary>
    public IEnumerable<Value[]> ToRows()
    {
        RejectedRow[] rows;
        lock (_lock) rows = [.. _rows];
        return rows.OrderBy(r => r.File, StringComparer.Ordinal).ThenBy(r => r.ByteOffset).Select(r => new[]
        {
            Value.Text(r.File), Value.BigInt(r.Line), Value.BigInt(r.ByteOffset),
            r.Column is null ? Value.Null(LogicalType.Varchar) : Value.Text(r.Column), Value.Text(r.Message),
            Value.Text(r.RawText),
        });
    }
}
