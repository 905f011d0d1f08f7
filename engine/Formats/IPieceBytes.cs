namespace ColFrag.Engine.Formats;

/// <summary>
/// Sources that know where in their files a piece lies, so that its bytes can be sent to somebody who does not see the
/// files.
/// </summary>
internal interface IPieceBytes
{
    /// <summary>Adds everything that reading a piece looks at, besides what opening the files does.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="columns">The columns that are read of it.</param>
    /// <param name="behind">The most bytes behind a piece of text that its last row has.</param>
    /// <param name="target">Takes the ranges.</param>
    void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target);
}
