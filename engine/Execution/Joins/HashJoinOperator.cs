using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Finds the partners of each batch. Where the answer is yes or no per row, the batch goes on with a narrower mask;
/// else pairs are gathered, a batch of them at a time.
/// </summary>
internal sealed unsafe class HashJoinOperator : Operator
{
    private readonly HashJoinNode _node;
    private readonly JoinProbeScratch _scratch;
    private readonly ColumnVector[] _keys;
    private readonly MaskExpression? _residual;
    private readonly NativeBuffer _heads;
    private readonly NativeBuffer _pairRows;
    private readonly NativeBuffer _pairPartners;
    private readonly Batch _pairs;
    private readonly Batch _output;
    private readonly ColumnVector _mark = new(LogicalType.Boolean);
    private readonly RowMask _found = new();
    private JoinTable _table;
    private bool _hasMore;
    private Batch? _input;
    private int _row;
    private uint _partner;
    private bool _givesUnmatched;

    public HashJoinOperator(HashJoinNode node, JoinTable table, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _table = table;
        MemoryAccount account = context.Run.VectorAccount;
        _scratch = new JoinProbeScratch(account);
        _keys = new ColumnVector[node.Keys.Count];
        _residual = node.Residual is null ? null : context.CompileMask(node.Residual);
        _heads = NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
        _pairRows = NativeBuffer.Allocate(Batch.MaxRows * sizeof(ushort), account);
        _pairPartners = NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
        _pairs = new Batch(
        [
            .. node.Probe.Output.Fields.Concat(node.Build.Output.Fields).Select(f => new ColumnVector(f.Type, account)),
        ]);
        _output = new Batch([]);
    }

    /// <summary>
    /// Where the build side comes in pieces: a bit per row of the batch to come that has found a partner in a piece
    /// before; updated. Null where it comes at once.
    /// </summary>
    public ulong[]? Earlier { get; set; }

    private uint* Heads => (uint*)_heads.Pointer;

    public override Flow Push(Batch batch)
    {
        for (int k = 0; k < _keys.Length; k++) _keys[k] = batch.Columns[_node.Keys[k].Probe];
        _table.Index.Find(_keys, batch.IsMasked ? batch.Mask : null, batch.Count, Heads, _scratch);
        if (_residual is null && _node.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark)
        {
            FindRowsWithPartner(batch);
            return EndPiece() ? Flow.More : Decide(batch);
        }
        _input = batch;
        _row = 0;
        _partner = 0;
        _givesUnmatched = false;
        _found.ClearAll(batch.Count);
        if (Earlier is not null) Earlier.CopyTo(new Span<ulong>(_found.Words, Earlier.Length));
        return Continue();
    }

    /// <summary>
    /// Goes on with another build side, or another piece of one; a piece that is not the last decides no row.
    /// </summary>
    public void Use(JoinTable table, bool hasMore)
    {
        _table = table;
        _hasMore = hasMore;
        _scratch.Dictionary = null;
        Earlier = null;
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    public override void Dispose()
    {
        _scratch.Dispose();
        _heads.Release();
        _pairRows.Release();
        _pairPartners.Release();
        _pairs.Dispose();
        _output.Columns = [];
        _output.Dispose();
        _mark.Dispose();
        _found.Dispose();
    }

    private void FindRowsWithPartner(Batch batch)
    {
        _found.ClearAll(batch.Count);
        for (int first = 0; first < batch.Count; first += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, batch.Count - first);
            for (int i = 0; i < n; i++) word |= (Heads[first + i] != 0 ? 1UL : 0) << i;
            _found.Words[first >> 6] = word;
        }
    }

    /// <summary>Keeps which rows have found a partner; true when other pieces decide with them.</summary>
    private bool EndPiece()
    {
        if (Earlier is null) return false;
        for (int w = 0; w < Earlier.Length; w++) _found.Words[w] = Earlier[w] |= _found.Words[w];
        return _hasMore;
    }

    /// <summary>Gives the rows of the batch that the found partners decide about.</summary>
    private Flow Decide(Batch batch)
    {
        if (_node.Kind == JoinKind.Mark) return GiveMark(batch);
        RowMask mask = batch.BeginMask();
        if (_node.Kind == JoinKind.Semi)
        {
            mask.And(_found.Words);
        }
        else
        {
            Bitmap.AndNot(mask.Words, _found.Words, batch.Count);
            if (_node.IsNullAware) RemoveUnknown(batch, mask);
        }
        return mask.IsEmpty ? Flow.More : Next.Push(batch);
    }

    private Flow GiveMark(Batch batch)
    {
        _mark.ResetFlat();
        _mark.Count = batch.Count;
        Bitmap.ToBytes(_found.Words, batch.Count, _mark.Data);
        if (_node.IsNullAware)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (!_found[row] && (!batch.IsMasked || batch.Mask[row]) && IsUnknown(row)) _mark.SetNull(row);
            }
        }
        _output.Columns = [.. batch.Columns, _mark];
        _output.TakeRows(batch);
        return Next.Push(_output);
    }

    private void RemoveUnknown(Batch batch, RowMask mask)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (mask[row] && IsUnknown(row)) mask[row] = false;
        }
    }

    /// <summary>
    /// True when a row without a partner might have one, were the NULLs known: some row of the build side is equal in
    /// all keys that both have.
    /// </summary>
    private bool IsUnknown(int row)
    {
        bool hasNull = false;
        for (int k = 0; k < _keys.Length; k++) hasNull |= !_node.Keys[k].NullsAreEqual && !_keys[k].IsValid(row);
        if (_table.TotalRows == 0 || (!hasNull && !_table.HasNullKeys)) return false;
        if (_keys.Length == 1) return true;
        for (uint partner = 0; partner < _table.Rows.Count; partner++)
        {
            if (MightBeEqual(row, partner)) return true;
        }
        return false;
    }

    private bool MightBeEqual(int row, uint partner)
    {
        for (int k = 0; k < _keys.Length; k++)
        {
            ColumnBuffer column = _table.Rows.Columns[_node.Keys[k].Build];
            bool isOpen = !_node.Keys[k].NullsAreEqual && (!_keys[k].IsValid(row) || !column.IsValid(partner));
            if (!isOpen && !JoinKeyEquality.AreEqual(_keys[k], row, column, partner)) return false;
        }
        return true;
    }

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        for (int batches = 0; !_givesUnmatched; batches++)
        {
            if (batches == Flow.BatchesPerTurn) return Flow.Yield;
            int count = NextPairs();
            if (IsMostlyInPlace(count))
            {
                Batch whole = _input;
                _input = null;
                return GiveInPlace(whole, count);
            }
            if (count == 0)
            {
                _givesUnmatched = true;
                break;
            }
            Flow flow = GivePairs(count);
            if (!flow.IsMore) return flow;
        }
        Batch input = _input;
        _input = null;
        return GiveRest(input);
    }

    /// <summary>Collects the next pairs of row and partner; 0 at the end of the batch.</summary>
    private int NextPairs()
    {
        ushort* rows = (ushort*)_pairRows.Pointer;
        uint* partners = (uint*)_pairPartners.Pointer;
        int count = 0;
        int rowCount = _input!.Count;
        if (_table.Index.IsUnique)
        {
            for (; _row < rowCount; _row++)
            {
                uint head = Heads[_row];
                rows[count] = (ushort)_row;
                partners[count] = head - 1;
                count += head != 0 ? 1 : 0;
            }
            return count;
        }
        while (_row < rowCount && count < Batch.MaxRows)
        {
            if (_partner == 0) _partner = Heads[_row];
            while (_partner != 0 && count < Batch.MaxRows)
            {
                rows[count] = (ushort)_row;
                partners[count++] = _partner - 1;
                _partner = _table.Index.Next(_partner - 1);
            }
            if (_partner == 0) _row++;
        }
        return count;
    }

    /// <summary>
    /// True when nearly every row has its one partner, or comes out without one: then the rows stay where they are, and
    /// partners, or NULL, are put beside.
    /// </summary>
    private bool IsMostlyInPlace(int count) => _table.Index.IsUnique && count * 2 >= _input!.Count && count > 0 &&
        (_node.Kind == JoinKind.Inner || (_node.Kind == JoinKind.Left && _residual is null && IsWhole));

    /// <summary>True where the build side is all here, so that a row without a partner here has none.</summary>
    private bool IsWhole => Earlier is null && !_hasMore;

    private Flow GiveInPlace(Batch input, int count)
    {
        uint* partners = (uint*)_pairPartners.Pointer;
        int probeCount = _node.Probe.Output.Count;
        if (_node.Kind == JoinKind.Left)
        {
            // Without a partner the head is 0, and the row that is not there the largest number.
            for (int i = 0; i < input.Count; i++) partners[i] = unchecked(Heads[i] - 1);
            for (int c = probeCount; c < _pairs.Columns.Length; c++)
                _table.Rows.Columns[c - probeCount].GatherOrNull(partners, input.Count, _pairs.Columns[c]);
            _output.Columns = [.. input.Columns, .. _pairs.Columns.AsSpan(probeCount)];
            _output.TakeRows(input);
            return Next.Push(_output);
        }
        // Rows without a partner get any, outside of the mask.
        for (int i = 0; i < input.Count; i++) partners[i] = Math.Max(Heads[i], 1) - 1;
        for (int c = probeCount; c < _pairs.Columns.Length; c++)
            _table.Rows.Columns[c - probeCount].Gather(partners, input.Count, _pairs.Columns[c]);
        _output.Columns = [.. input.Columns, .. _pairs.Columns.AsSpan(probeCount)];
        _output.TakeRows(input);
        if (count < input.Count)
        {
            FindRowsWithPartner(input);
            _output.BeginMask().And(_found.Words);
        }
        if (_residual is not null)
        {
            RowMask mask = _output.BeginMask();
            _residual.AndInto(_output, mask);
            if (mask.IsEmpty) return Flow.More;
        }
        return Next.Push(_output);
    }

    private Flow GivePairs(int count)
    {
        ushort* rows = (ushort*)_pairRows.Pointer;
        uint* partners = (uint*)_pairPartners.Pointer;
        int probeCount = _node.Probe.Output.Count;
        for (int c = 0; c < probeCount; c++) _input!.Columns[c].Gather(rows, count, _pairs.Columns[c]);
        for (int c = probeCount; c < _pairs.Columns.Length; c++)
        {
            _table.Rows.Columns[c - probeCount].Gather(partners, count, _pairs.Columns[c]);
        }
        _pairs.Reset();
        _pairs.Count = count;
        if (_residual is not null)
        {
            RowMask mask = _pairs.BeginMask();
            _residual.AndInto(_pairs, mask);
            if (mask.IsEmpty) return Flow.More;
        }
        for (int i = 0; i < count; i++)
        {
            if (_pairs.IsMasked && !_pairs.Mask[i]) continue;
            if (_node.Kind == JoinKind.Single && _found[rows[i]])
            {
                throw new QueryException(
                    SqlStates.CardinalityViolation, "More than one row returned by a subquery used as an expression");
            }
            _found[rows[i]] = true;
            if (_table.Matched.Length > 0) _table.Matched[partners[i]] = 1;
        }
        if (_node.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark) return Flow.More;
        return Next.Push(_pairs);
    }

    /// <summary>After the pairs: rows without a partner, or what the partners decided.</summary>
    private Flow GiveRest(Batch input)
    {
        if (EndPiece()) return Flow.More;
        switch (_node.Kind)
        {
            case JoinKind.Semi or JoinKind.Anti or JoinKind.Mark:
                return Decide(input);
            case JoinKind.Left or JoinKind.Full or JoinKind.Single:
                return GiveUnmatched(input);
            default:
                return Flow.More;
        }
    }

    private Flow GiveUnmatched(Batch input)
    {
        RowMask mask = input.BeginMask();
        Bitmap.AndNot(mask.Words, _found.Words, input.Count);
        if (mask.IsEmpty) return Flow.More;
        int probeCount = _node.Probe.Output.Count;
        ColumnVector[] columns = new ColumnVector[_pairs.Columns.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = c < probeCount ? input.Columns[c] : _pairs.Columns[c];
            if (c >= probeCount) columns[c].SetAllNull(input.Count);
        }
        _output.Columns = columns;
        _output.TakeRows(input);
        return Next.Push(_output);
    }
}
