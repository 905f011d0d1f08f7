using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>What the options of a statement and the settings of its session come to together.</summary>
internal static class StatementChoices
{
    /// <summary>Begins a transaction that sees what the read is to see and waits for what the writes are to.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="revision">What the session wrote or saw before.</param>
    /// <param name="options">What the statement says.</param>
    /// <param name="settings">What the session says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<Transaction> BeginAsync(
        TableStore tables, long revision, StatementOptions options, SessionSettings settings,
        CancellationToken cancellationToken)
    {
        await tables.WhenReadyAsync(cancellationToken);
        bool isStrong = options.Consistency == ReadConsistency.Default
            ? settings["consistency"].Text == "strong"
            : options.Consistency == ReadConsistency.Strong;
        Transaction transaction = isStrong
            ? await tables.BeginStrongAsync(cancellationToken)
            : await tables.BeginAsync(revision, cancellationToken);
        transaction.Acknowledgement = AcknowledgementOf(options, settings);
        return transaction;
    }

    private static Acknowledgement AcknowledgementOf(StatementOptions options, SessionSettings settings) =>
        options.Acknowledgement switch
        {
            WriteAcknowledgement.Safe => Acknowledgement.Safe,
            WriteAcknowledgement.All => Acknowledgement.All,
            WriteAcknowledgement.Quorum => Acknowledgement.Quorum,
            WriteAcknowledgement.One => Acknowledgement.One,
            WriteAcknowledgement.Journal => Acknowledgement.Journal,
            _ => Enum.Parse<Acknowledgement>(settings["acknowledgement"].Text, ignoreCase: true),
        };

    /// <summary>A block has one snapshot and one commit, so that single statements cannot choose theirs.</summary>
    /// <exception cref="QueryException">25001: one does.</exception>
    public static void RequireNone(StatementOptions options)
    {
        if (options is { Consistency: ReadConsistency.Default, Acknowledgement: WriteAcknowledgement.Default }) return;
        throw new QueryException(
            SqlStates.ActiveSqlTransaction,
            "Consistency and acknowledgement of a statement cannot be chosen inside a transaction block",
            hint: "SET consistency or SET acknowledgement before BEGIN; they then hold for the whole block.");
    }

    /// <summary>What a run needs to tell how far it is; null where nobody wants to know.</summary>
    public static ScanProgress? ProgressOf(StatementOptions options) => options.Progress is not { } target
        ? null
        : new ScanProgress((rowsRead, rowsTotal, piecesRead, piecesTotal) =>
            target.Report(new StatementProgress(rowsRead, rowsTotal, piecesRead, piecesTotal)));
}
