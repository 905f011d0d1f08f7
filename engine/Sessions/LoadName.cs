using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The name that a client gave a load: into one table it is loaded at most once, however often it is sent. A name
/// <c>JOB/FILE</c> is a part of the load <c>JOB</c>: it is in as well when the whole is.
/// </summary>
internal sealed record LoadName
{
    private const int MaxCharacters = 4096;

    private readonly long _table;

    private LoadName(string text, long table)
    {
        Text = text;
        _table = table;
    }

    public string Text { get; }

    /// <summary>Names a load into a table.</summary>
    /// <exception cref="QueryException">The name is empty or too long.</exception>
    public static LoadName Of(string text, long table)
    {
        if (text.Length is > 0 and <= MaxCharacters) return new LoadName(text, table);
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"load_id has {text.Length:N0} characters",
            hint: $"Give 1 to {MaxCharacters:N0}.");
    }

    /// <summary>The rows that it has brought, when it is committed or part of the transaction; else null.</summary>
    public async ValueTask<long?> FindAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        int end = Text.IndexOf('/', StringComparison.Ordinal);
        if (end > 0 && await transaction.FindLoadAsync(IdOf(Text[..end]), cancellationToken) is not null) return 0;
        return await transaction.FindLoadAsync(IdOf(Text), cancellationToken);
    }

    /// <summary>Makes it part of a transaction.</summary>
    public void Claim(Transaction transaction, ulong attempt, long rowCount) =>
        transaction.ClaimLoad(new LoadClaim(new AttemptId(IdOf(Text), attempt), _table, rowCount));

    // A table that was dropped and made again is another one, and empty.
    private LoadId IdOf(string name) => LoadId.Of($"{_table}/{name}");
}
