using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Gives rows of a table their positions, by which they fall into hash ranges. For one thread: a run of round robin
/// goes on from batch to batch.
/// </summary>
internal sealed class RowRouter : IDisposable
{
    /// <summary>Rows of round robin that stay together, so that a range gets whole blocks.</summary>
    public const int RunRows = 65_536;

    private readonly Distribution _kind;
    private readonly int _salt;
    private readonly int[] _keyColumns;
    private readonly HashRangeMap _ranges;
    private readonly IRandom _random;
    private readonly int _runRows;
    private readonly ByteWriter _key = new(256);
    private ulong _runPosition;
    private int _runLeft;
    private ulong _saltedCount;

    /// <summary>For batches whose columns are those of the definition, in order.</summary>
    public RowRouter(TableDefinition definition, HashRangeMap ranges, IRandom random, int runRows = RunRows)
    {
        _runRows = runRows;
        _kind = definition.Scheme.Kind;
        _salt = definition.Scheme.Salt;
        _keyColumns = [.. definition.Scheme.ColumnIds.Select(definition.IndexOf)];
        Invariant.Holds(_keyColumns.All(c => c >= 0));
        _ranges = ranges;
        _random = random;
        // Statements of one row begin anywhere too.
        if (_salt > 0) _saltedCount = random.NextUInt64();
    }

    /// <summary>Writes the position of every row of a batch.</summary>
    public void ComputePositions(Batch batch, Span<ulong> positions)
    {
        positions = positions[..batch.Count];
        switch (_kind)
        {
            case Distribution.Hash:
                Hash(batch, positions);
                break;
            case Distribution.Range:
                ColumnVector column = batch.Columns[_keyColumns[0]];
                for (int row = 0; row < positions.Length; row++) positions[row] = RangePosition.Of(column, row);
                break;
            default:
                GoRound(positions);
                break;
        }
    }

    /// <summary>Number of the range of a position.</summary>
    public int RangeOf(ulong position) => _ranges.IndexOf(position);

    /// <summary>Number of ranges.</summary>
    public int RangeCount => _ranges.Ranges.Length;

    public void Dispose() => _key.Dispose();

    /// <summary>The position of a row whose key has these values; null where the key alone does not tell.</summary>
    public static ulong? PositionOf(FragmentScheme scheme, ImmutableArray<Types.Value> key) => scheme.Kind switch
    {
        Distribution.Hash when scheme.Salt == 0 => KeyPosition.Of(key),
        Distribution.Range => RangePosition.Of(key[0]),
        _ => null,
    };

    private void Hash(Batch batch, Span<ulong> positions)
    {
        if (_keyColumns.Length == 1 && _salt == 0 && batch.Columns[_keyColumns[0]] is { } only)
        {
            if (only.IsConstant)
            {
                positions.Fill(positions.Length == 0 ? 0 : HashRow(batch, 0));
                return;
            }
            if (only.Shape == VectorShape.Dictionary && only.Dictionary!.Count <= positions.Length)
            {
                HashByCode(only, positions);
                return;
            }
        }
        for (int row = 0; row < positions.Length; row++) positions[row] = HashRow(batch, row);
    }

    private ulong HashRow(Batch batch, int row)
    {
        _key.Clear();
        foreach (int column in _keyColumns) KeyPosition.Append(_key, batch.Columns[column], row);
        // A salted key has as many positions as the salt says, taken in turn.
        if (_salt > 0) _key.WriteUInt64(_saltedCount++ % (ulong)_salt);
        return XxHash64.Hash(_key.WrittenSpan);
    }

    /// <summary>Each entry of the dictionary is hashed once.</summary>
    private void HashByCode(ColumnVector column, Span<ulong> positions)
    {
        ColumnVector values = column.Dictionary!.Values;
        ulong[] ofCode = new ulong[values.Count];
        for (int code = 0; code < ofCode.Length; code++) ofCode[code] = HashValue(values, code);
        ulong ofNull = 0;
        if (column.HasNulls)
        {
            _key.Clear();
            KeyPosition.Append(_key, Types.Value.Null(column.Type));
            ofNull = XxHash64.Hash(_key.WrittenSpan);
        }
        for (int row = 0; row < positions.Length; row++)
        {
            positions[row] = column.IsValid(row) ? ofCode[column.GetCode(row)] : ofNull;
        }
    }

    private ulong HashValue(ColumnVector values, int row)
    {
        _key.Clear();
        KeyPosition.Append(_key, values, row);
        return XxHash64.Hash(_key.WrittenSpan);
    }

    private void GoRound(Span<ulong> positions)
    {
        while (positions.Length > 0)
        {
            if (_runLeft == 0)
            {
                _runPosition = _random.NextUInt64();
                _runLeft = _runRows;
            }
            int count = Math.Min(_runLeft, positions.Length);
            positions[..count].Fill(_runPosition);
            _runLeft -= count;
            positions = positions[count..];
        }
    }
}
