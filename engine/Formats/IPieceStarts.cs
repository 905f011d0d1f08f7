namespace ColFrag.Engine.Formats;

/// <summary>
/// Sources whose pieces can be read only when it is known how the text before them ends, inside of quotes or not. Who
/// reads only some of the pieces is told by who has looked at the others.
/// </summary>
internal interface IPieceStarts
{
    /// <summary>How the text before a piece ends; may look at everything before it.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="countsLines">True to count the lines as well.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    PieceStart StartOf(int piece, bool countsLines, CancellationToken cancellationToken);

    /// <summary>Says how the text before a piece ends, so that nobody has to look.</summary>
    void AssumeStart(int piece, PieceStart start);
}

/// <summary>How the text before a piece ends.</summary>
/// <param name="State">Inside of quotes or not, as the format numbers that.</param>
/// <param name="Lines">How many lines it has; -1 where they were not counted.</param>
internal readonly record struct PieceStart(int State, long Lines)
{
    /// <summary>Of formats in which every piece stands for itself.</summary>
    public static PieceStart None => new(0, -1);
}
