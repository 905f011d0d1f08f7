namespace ColFrag.Engine.Formats;

/// <summary>
/// Sources whose pieces can be read only when it is known how the text before them ends, inside of quotes or not. Who
/// reads only some of the pieces is told by who has looked at the others.
/// </summary>
internal interface IPieceStarts
{
    /// <summary>How the text before a piece ends; may look at everything before it.</summary>
    int StartOf(int piece, CancellationToken cancellationToken);

    /// <summary>Says how the text before a piece ends, so that nobody has to look.</summary>
    void AssumeStart(int piece, int start);
}
