using ColFrag.Console.Output;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Demo;

/// <summary>
/// The rows of a result as text, to be shown, and to be compared with what another set of processes answers.
/// </summary>
sealed class Answer
{
    private Answer(IReadOnlyList<Field> fields, IReadOnlyList<string?[]> rows, string tag) =>
        (Fields, Rows, Tag) = (fields, rows, tag);

    public IReadOnlyList<Field> Fields { get; }

    /// <summary>A cell that is null is NULL.</summary>
    public IReadOnlyList<string?[]> Rows { get; }

    /// <summary>PostgreSQL's tag of the command.</summary>
    public string Tag { get; }

    /// <summary>Runs a statement and keeps all its rows.</summary>
    public static async Task<Answer> OfAsync(ISession session, string sql, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        IReadOnlyList<Field> fields = result.Schema.Fields;
        MomentText moments = CellText.MomentsOf(session);
        List<string?[]> rows = [];
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. fields.Select((field, column) =>
                    batch.IsNull(column, row) ? null : CellText.Of(batch, column, row, field.Type, moments))]);
            }
        }
        return new Answer(fields, rows, result.CommandTag);
    }

    /// <summary>True when both have the same rows in the same order.</summary>
    public bool Matches(Answer other) =>
        Rows.Count == other.Rows.Count && Rows.Zip(other.Rows).All(pair => pair.First.SequenceEqual(pair.Second));
}
