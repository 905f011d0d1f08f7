using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>The functions that only ask for a row's place: row_number, ranks, cume_dist and ntile.</summary>
internal sealed unsafe class RankEvaluator : NumberEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowRows _rows;
    private readonly PeerRanges _peers;

    public RankEvaluator(WindowFunction function, WindowRows rows, MemoryAccount account) : base(function.Type, account)
    {
        _function = function;
        _rows = rows;
        _peers = rows.WantPeers(function.OrderCount);
    }

    public override void Compute()
    {
        Reset(_rows.Count);
        switch (_function.Kind)
        {
            case WindowFunctionKind.PercentRank or WindowFunctionKind.CumeDist:
                ComputeShares();
                break;
            case WindowFunctionKind.Ntile:
                ComputeTiles();
                break;
            default:
                ComputeNumbers();
                break;
        }
    }

    private void ComputeNumbers()
    {
        long* values = (long*)Values;
        for (int row = 0; row < _rows.Count; row++)
        {
            int first = _rows.PartitionFirst[row];
            values[row] = 1L + _function.Kind switch
            {
                WindowFunctionKind.RowNumber => row - first,
                WindowFunctionKind.Rank => _peers.First[row] - first,
                WindowFunctionKind.DenseRank => _peers.Group[row] - _peers.Group[first],
                _ => throw Invariant.Unreachable($"window function {_function.Kind}"),
            };
        }
    }

    private void ComputeShares()
    {
        double* values = (double*)Values;
        for (int row = 0; row < _rows.Count; row++)
        {
            int first = _rows.PartitionFirst[row];
            double count = _rows.PartitionEnd[row] - first;
            if (_function.Kind == WindowFunctionKind.CumeDist) values[row] = (_peers.End[row] - first) / count;
            else values[row] = count == 1 ? 0 : (_peers.First[row] - first) / (count - 1);
        }
    }

    // The first rows of a partition decide how many tiles it has; tiles in front take one row more where they must.
    private void ComputeTiles()
    {
        ColumnBuffer counts = _rows[_function.Arguments[0]];
        for (int first = 0; first < _rows.Count;)
        {
            int end = _rows.PartitionEnd[first];
            if (!counts.IsValid(first))
            {
                for (int row = first; row < end; row++) SetNull(row);
                first = end;
                continue;
            }
            long tiles = counts.Element<long>(first);
            if (tiles <= 0) throw new QueryException("22014", "Argument of ntile must be greater than zero");
            long small = (end - first) / tiles;
            long large = (end - first) % tiles;
            for (int row = first; row < end; row++)
            {
                long place = row - first;
                long inLarge = large * (small + 1);
                SetInteger(row, 1 + (place < inLarge ? place / (small + 1) : large + ((place - inLarge) / small)));
            }
            first = end;
        }
    }
}
