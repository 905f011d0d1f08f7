using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Making;

/// <summary>
/// The rows of one table, in pieces that know nothing of each other: any thread can make any piece, and the same piece
/// is the same each time.
/// </summary>
internal abstract class TableGenerator
{
    public abstract string Name { get; }

    /// <summary>The name of its file before the extension.</summary>
    public virtual string FileName => Name;

    public abstract Schema Schema { get; }

    /// <summary>Pieces; their rows follow each other.</summary>
    public abstract long PieceCount { get; }

    /// <summary>Appends the rows of a piece.</summary>
    public abstract void Make(long piece, RowBlock rows);

    /// <summary>True for decimals that the .tbl file shows without a fraction (l_quantity).</summary>
    public virtual bool IsWholeInTbl(int column) => false;
}
