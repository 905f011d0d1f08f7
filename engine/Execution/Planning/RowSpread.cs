using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>Where the rows of a node are when it runs.</summary>
internal enum RowPlace : byte
{
    /// <summary>All of them beside the statement.</summary>
    Single,

    /// <summary>All of them wherever they are wanted: they stand in the plan itself.</summary>
    Everywhere,

    /// <summary>Each in one of several places.</summary>
    Spread,
}

/// <summary>
/// The distribution of rows, a physical property of a node. Where rows are spread by hashes, each of the lists of
/// <paramref name="HashedBy"/> names columns that decided: rows that agree in them are in one place, and another node
/// that is hashed by columns of equal values has its rows in the same places.
/// </summary>
/// <param name="Place">Where rows are.</param>
/// <param name="HashedBy">
/// Lists of output columns, any of which tells the place of a row; empty where none does.
/// </param>
internal readonly record struct RowSpread(RowPlace Place, PlanList<PlanList<int>> HashedBy = default)
{
    /// <summary>
    /// Where the ranges of a table's own key decided, and no exchange: the first positions of these ranges. Rows that
    /// agree are in the same places only where the ranges are the same. Empty for an exchange.
    /// </summary>
    public PlanList<ulong> Ranges { get; init; }

    public static RowSpread Single => new(RowPlace.Single);

    public static RowSpread Everywhere => new(RowPlace.Everywhere);

    /// <summary>Spread in no particular way.</summary>
    public static RowSpread Any => new(RowPlace.Spread);

    public bool IsSpread => Place == RowPlace.Spread;

    /// <summary>Spread by the hash of some columns.</summary>
    public static RowSpread Hashed(params ReadOnlySpan<PlanList<int>> columns) => new(RowPlace.Spread, [.. columns]);

    /// <summary>True when rows that agree in these columns are in one place.</summary>
    public bool KeepsTogether(IReadOnlyCollection<int> columns) =>
        !IsSpread || HashedBy.Any(h => h.All(columns.Contains));

    /// <summary>The same rows with their columns elsewhere; a negative position where a column is gone.</summary>
    public RowSpread Move(Func<int, int> position) => this with
    {
        HashedBy = [.. HashedBy.Select(h => h.Map(position)).Where(h => h.All(c => c >= 0))],
    };
}

/// <summary>A node with the distribution of its rows.</summary>
internal readonly record struct PlacedNode(PhysicalNode Node, RowSpread Spread)
{
    public bool IsSpread => Spread.IsSpread;

    /// <summary>
    /// The same rows, for a step that relies on where they are: where ranges of tables decide, the tasks of its stage
    /// read whole ranges.
    /// </summary>
    public PlacedNode Together() => Spread.Ranges.IsEmpty ? this : this with { Node = KeepRanges(Node) };

    private static PhysicalNode KeepRanges(PhysicalNode node) => node switch
    {
        Exchange.ExchangeNode => node,
        Scans.TableScanNode scan => scan with { KeepsRanges = true },
        _ => node.WithInputs([.. node.Inputs.Select(KeepRanges)]),
    };
}
