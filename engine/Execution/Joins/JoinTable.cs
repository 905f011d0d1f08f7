using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// The build side of a join: its rows, and an index from keys to rows. Rows with equal keys form a chain. Built once,
/// then read by all lanes.
/// </summary>
internal sealed unsafe class JoinTable : IDisposable
{
    /// <summary>Texts of up to so many rows become codes; of more their table would not stay in a cache.</summary>
    private const long MostCodedRows = 1 << 14;

    /// <summary>How many times the rows must be expected to come out for codes to be worth it.</summary>
    private const double FewestUses = 4;

    private readonly HashJoinNode _node;
    private readonly MemoryAccount _account;
    private JoinIndex? _index;
    private byte[] _matched = [];

    public JoinTable(HashJoinNode node, MemoryAccount account)
    {
        _node = node;
        _account = account;
        Rows = new RowBuffer(node.Build.Output, account);
    }

    /// <summary>The rows.</summary>
    public RowBuffer Rows { get; private set; }

    /// <summary>True when a row has NULL in a key that NULL does not equal.</summary>
    public bool HasNullKeys { get; private set; }

    /// <summary>
    /// Rows of the whole build side, of which these may be a part; what is unknown about NULL depends on them.
    /// </summary>
    public long TotalRows { get; private set; }

    /// <summary>Where the build side is in files, both sides in parts; else unused.</summary>
    public JoinSpill? Spill { get; init; }

    /// <summary>True to make codes of the texts of few rows that come out often.</summary>
    public bool MakesCodes { get; init; } = true;

    /// <summary>The index; after <see cref="Build"/>.</summary>
    public JoinIndex Index => _index!;

    /// <summary>Rows that found a partner, a byte each; only where the join asks.</summary>
    public byte[] Matched => _matched;

    /// <summary>Steps that are left to make the index; see <see cref="JoinIndex.StepCount"/>.</summary>
    public int StepCount => _index?.StepCount ?? 0;

    /// <summary>Does one of the steps.</summary>
    public void RunStep(int step) => _index!.RunStep(step);

    /// <summary>Takes over the rows of all lanes and makes the index, or begins it where several lanes may.</summary>
    public void Build(IReadOnlyList<RowBuffer> buffers, KeyRange[] ranges, int lanes = 1)
    {
        Rows.Dispose();
        Rows = Join(buffers);
        for (int k = 0; k < _node.Keys.Count; k++) HasNullKeys |= ranges[k].HasNulls && !_node.Keys[k].NullsAreEqual;
        if (MakesCodes) MakeCodes();
        _index = CreateIndex(ranges, lanes);
        TotalRows = Rows.Count;
        if (_node.KeepsBuildRows) _matched = new byte[Rows.Count];
    }

    /// <summary>Says what the whole build side is like, where this is a part of it.</summary>
    public void UseTotals(long rows, bool hasNullKeys)
    {
        TotalRows = rows;
        HasNullKeys = hasNullKeys;
    }

    public void Dispose()
    {
        Rows.Dispose();
        _index?.Dispose();
        _index = null;
    }

    private void MakeCodes()
    {
        bool givesPartners = _node.Kind is not (JoinKind.Semi or JoinKind.Anti or JoinKind.Mark);
        if (!givesPartners || Rows.Count > MostCodedRows) return;
        if (_node.EstimatedRows < Rows.Count * FewestUses) return;
        for (int c = 0; c < Rows.Columns.Length; c++)
        {
            // Keys are compared with one look-up less as they are.
            if (!_node.Keys.Any(k => k.Build == c)) Rows.Columns[c].MakeDictionary();
        }
    }

    private JoinIndex CreateIndex(KeyRange[] ranges, int lanes)
    {
        if (PackedKeys.TryCreate(_node, ranges) is not { } packing) return new HashJoinIndex(_node, Rows, _account);
        if (RankJoinIndex.OnlyAsksForPartners(_node) &&
            RankJoinIndex.TryCreate(_node, Rows, packing, _account) is { } bits) return bits;
        return DenseJoinIndex.TryCreate(_node, Rows, packing, _account)
            ?? RankJoinIndex.TryCreate(_node, Rows, packing, _account)
            ?? (JoinIndex)new PackedJoinIndex(_node, Rows, packing, _account, lanes);
    }

    /// <summary>One buffer of all rows: the largest takes in the others.</summary>
    private static RowBuffer Join(IReadOnlyList<RowBuffer> buffers)
    {
        RowBuffer all = buffers.MaxBy(b => b.Count)!;
        using Batch part = new([.. all.Columns.Select(c => new ColumnVector(c.Type))]);
        foreach (RowBuffer buffer in buffers)
        {
            if (ReferenceEquals(buffer, all)) continue;
            for (long first = 0; first < buffer.Count; first += Batch.MaxRows)
            {
                buffer.Slice(first, (int)Math.Min(Batch.MaxRows, buffer.Count - first), part);
                all.Append(part);
            }
            buffer.Dispose();
        }
        return all;
    }
}
