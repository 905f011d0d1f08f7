namespace ColFrag.Engine;

/// <summary>
/// How far a statement is with what it reads. Totals can grow while parts of a statement begin; where all is read, the
/// last report says so.
/// </summary>
/// <param name="RowsRead">Rows read, or found to be of no interest, of <paramref name="RowsTotal"/>.</param>
/// <param name="RowsTotal">Rows of the tables, and of files that say how many they have.</param>
/// <param name="PiecesRead">Pieces that are done with.</param>
/// <param name="PiecesTotal">Segments of tables, row groups and parts of files.</param>
public sealed record StatementProgress(long RowsRead, long RowsTotal, long PiecesRead, long PiecesTotal)
{
    /// <summary>The share that is done, from 0 to 1: by rows, and by pieces where nobody knows the rows.</summary>
    public double Fraction => RowsTotal > 0 ? (double)RowsRead / RowsTotal
        : PiecesTotal > 0 ? (double)PiecesRead / PiecesTotal : 0;
}
