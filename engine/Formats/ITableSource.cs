using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>
/// A file, or a set of files read as one, of rows. It is cut in pieces that are read on their own, in parallel and in
/// any order; the rows of piece 0, then of piece 1, and so on, are the rows of the files in order.
/// </summary>
/// <remarks>Open and shared by the threads of one query or load; every member may be called from any of them.</remarks>
internal interface ITableSource : IDisposable
{
    /// <summary>The columns, with distinct names. A target schema that was given in the options has won.</summary>
    Schema Schema { get; }

    /// <summary>
    /// How many rows there are: exact where <see cref="IsRowCountExact"/>, else from a sample; null = unknown.
    /// </summary>
    long? RowCountEstimate { get; }

    /// <summary>True when the estimate is the number of rows (Parquet, Arrow files).</summary>
    bool IsRowCountExact { get; }

    /// <summary>Bytes of all files as they lie on disk, for progress; null for streams.</summary>
    long? LengthBytes { get; }

    /// <summary>Number of pieces; at least one, unless there are no rows.</summary>
    int PieceCount { get; }

    /// <summary>Rows and bytes read so far, over all pieces and threads.</summary>
    SourceCounters Counters { get; }

    /// <summary>
    /// Starts reading a piece. <paramref name="columns"/> says which columns of <see cref="Schema"/> are wanted, in the
    /// order in which the batches have them; none is allowed and gives batches that only count rows.
    /// </summary>
    IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account);
}

/// <summary>The rows of one piece, for one thread.</summary>
internal interface IPieceReader : IDisposable
{
    /// <summary>
    /// Fills the batch with the next rows, at most <see cref="Batch.MaxRows"/> and unmasked, or returns false when
    /// there are none left. The vectors keep alive what they point into; they are good until the next call with the
    /// same batch.
    /// </summary>
    bool Read(Batch target, CancellationToken cancellationToken);
}

/// <summary>Sources that know what lies in a piece before it is read, so that a scan can pass over it.</summary>
internal interface IPieceStatistics
{
    /// <summary>Rows in a piece, or null.</summary>
    long? RowCount(int piece);

    /// <summary>What is known of a column in a piece; null when nothing is.</summary>
    PieceBounds? Bounds(int piece, int column);

    /// <summary>
    /// Which file of the source a piece is of, and which row group of it, or -1 where files have none.
    /// </summary>
    (int File, int Group) PlaceOf(int piece);
}

/// <summary>
/// Bounds of a column in a piece. Every value lies between the two, ends included; they need not occur. NaN lies
/// outside of any bounds.
/// </summary>
/// <param name="Min">No value is less; null = unknown.</param>
/// <param name="Max">No value is greater; null = unknown.</param>
/// <param name="NullCount">Rows without a value; null = unknown.</param>
internal sealed record PieceBounds(Value? Min, Value? Max, long? NullCount);
