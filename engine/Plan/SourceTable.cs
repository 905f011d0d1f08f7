using ColFrag.Engine.Formats;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>Rows from a source that is no table, in a plan: files, opened and sniffed when the statement was bound, or
/// relations that the system makes.</summary>
/// <param name="Source">The opened source; the statement disposes of it at its end.</param>
/// <param name="Description">For people: <c>read_csv('x.csv')</c>.</param>
internal sealed record SourceTable(ITableSource Source, string Description) : IPlanSource
{
    /// <summary>A guess for streams and formats that do not tell.</summary>
    private const double UnknownRows = 1_000_000;

    /// <summary>How the files were opened; null for what is no files.</summary>
    public FileRecipe? Files { get; init; }

    public Schema Schema => Source.Schema;

    public double EstimatedRows => Source.RowCountEstimate ?? UnknownRows;
}
