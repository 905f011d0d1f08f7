using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>
/// Hits on web pages with the 105 columns and about the shape of ClickBench's table: skewed users, sites, pages and
/// phrases, most columns zero or empty, rows in runs that are each sorted.
/// </summary>
internal sealed class HitsTable : TableGenerator
{
    /// <summary>Rows that one piece makes, about: a row takes a kilobyte.</summary>
    private const int PieceRows = 16_384;

    private static readonly Scrambling s_random = new(512);

    private readonly HitScale _scale;
    private readonly HitOrder _order;
    private readonly int _piecesPerRun;

    public HitsTable(HitScale scale)
    {
        _scale = scale;
        _order = new HitOrder(scale, s_random);
        _piecesPerRun = (int)Math.Max(1, ((scale.Rows / scale.Runs) + PieceRows - 1) / PieceRows);
    }

    public override string Name => "hits";

    public override Schema Schema { get; } = new(SchemaFile.Columns("hits"));

    public override long PieceCount => (long)_scale.Runs * _piecesPerRun;

    public override void Make(long piece, RowBlock rows)
    {
        (long run, long part) = Math.DivRem(piece, _piecesPerRun);
        long[] order = _order.Of((int)run);
        int first = (int)(order.Length * part / _piecesPerRun), end = (int)(order.Length * (part + 1) / _piecesPerRun);
        HitRow row = new(rows, s_random);
        for (int i = first; i < end; i++) row.Append(Hit.Of(order[i], _scale, s_random));
    }
}
