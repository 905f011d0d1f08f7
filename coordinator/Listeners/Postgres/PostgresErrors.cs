using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Errors and notices as clients read them: fields with a letter each.</summary>
internal static class PostgresErrors
{
    /// <summary>Writes an ErrorResponse.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="error">What went wrong; anything unforeseen becomes XX000.</param>
    /// <param name="severity">ERROR, or FATAL when the connection ends.</param>
    /// <param name="statementStart">Where the statement begins in the text that the client sent, in characters.</param>
    public static void Write(PostgresWriter target, Exception error, string severity = "ERROR", int statementStart = 0)
    {
        ColFragException? known = error as ColFragException;
        target.Begin('E');
        Field(target, 'S', severity);
        Field(target, 'V', severity);
        Field(target, 'C', known?.SqlState
            ?? (error is OperationCanceledException ? SqlStates.QueryCanceled : SqlStates.InternalError));
        Field(target, 'M', error is OperationCanceledException
            ? "canceling statement due to user request"
            : error.Message);
        if (known?.Hint is { } hint) Field(target, 'H', hint);
        if (error is QueryException { Position: >= 0 } query)
        {
            Field(target, 'P', (query.Position + statementStart + 1).ToString(
                System.Globalization.CultureInfo.InvariantCulture));
        }
        target.WriteByte(0);
        target.End();
    }

    /// <summary>Writes a NoticeResponse.</summary>
    public static void WriteNotice(PostgresWriter target, string text)
    {
        target.Begin('N');
        Field(target, 'S', "NOTICE");
        Field(target, 'V', "NOTICE");
        Field(target, 'C', "00000");
        Field(target, 'M', text);
        target.WriteByte(0);
        target.End();
    }

    private static void Field(PostgresWriter target, char code, string text)
    {
        target.WriteByte((byte)code);
        target.WriteText(text);
    }
}
