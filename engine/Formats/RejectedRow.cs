namespace ColFrag.Engine.Formats;

/// <summary>What happens to a row that cannot be read: ON ERROR of COPY and the load command.</summary>
internal enum RowErrorAction : byte
{
    /// <summary>The read fails at the first one.</summary>
    Stop,

    /// <summary>It is left out and counted.</summary>
    Skip,

    /// <summary>It is left out, counted and handed to <see cref="SourceContext.OnRejected"/>.</summary>
    Store,
}

/// <summary>A row that could not be read.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line of the file on which the row begins, from 1.</param>
/// <param name="ByteOffset">Offset of the row's first byte in the file (after decompression).</param>
/// <param name="Column">The column at fault; null when it is the shape of the row.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="RawText">The row as it stands in the file; invalid UTF-8 is replaced.</param>
internal sealed record RejectedRow(
    string File, long Line, long ByteOffset, string? Column, string Message, string RawText)
{
    /// <summary>Which column is at fault, from 0; -1 when it is the shape of the row, or not known.</summary>
    public int ColumnIndex { get; init; } = -1;

    /// <summary>Offset of the field at fault; the row's where it is not known.</summary>
    public long FieldOffset { get; init; } = ByteOffset;

    /// <summary>The kind of fault, as DuckDB calls it; null where it is not known.</summary>
    public string? Kind { get; init; }
}
