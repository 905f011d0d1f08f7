using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>
/// A source some of whose columns are delivered in the wider type that all files of a set have: see
/// <see cref="TypeUnion"/>. Columns are matched by name.
/// </summary>
internal sealed class WideningSource : ITableSource, IPieceStatistics, IPieceBytes
{
    private readonly ITableSource _source;
    private readonly LogicalType[] _types;

    private WideningSource(ITableSource source, LogicalType[] types)
    {
        _source = source;
        _types = types;
        Schema = new Schema(source.Schema.Fields.Select((f, i) => f with { Type = types[i] }));
    }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => _source.RowCountEstimate;

    /// <inheritdoc/>
    public bool IsRowCountExact => _source.IsRowCountExact;

    /// <inheritdoc/>
    public long? LengthBytes => _source.LengthBytes;

    /// <inheritdoc/>
    public int PieceCount => _source.PieceCount;

    /// <inheritdoc/>
    public SourceCounters Counters => _source.Counters;

    /// <summary>The source with the types that are wanted, where they differ and hold all of its values.</summary>
    public static ITableSource Over(ITableSource source, Schema wanted)
    {
        LogicalType[] types = [.. source.Schema.Fields.Select(f =>
            wanted.IndexOf(f.Name) is >= 0 and int i && TypeUnion.Of(f.Type, wanted[i].Type).Equals(wanted[i].Type)
                && !f.Type.IsNested
                ? wanted[i].Type
                : f.Type)];
        bool isSame = source.Schema.Fields.Select(f => f.Type).SequenceEqual(types);
        return isSame ? source : new WideningSource(source, types);
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account)
    {
        ColumnVector?[] narrow = new ColumnVector?[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            LogicalType type = _source.Schema[columns[i]].Type;
            narrow[i] = type.Equals(_types[columns[i]]) ? null : new ColumnVector(type, account);
        }
        return new Reader(_source.OpenPiece(piece, columns, account), narrow, account);
    }

    /// <inheritdoc/>
    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target) =>
        ((IPieceBytes)_source).AddBytesOf(piece, columns, behind, target);

    /// <inheritdoc/>
    public long? RowCount(int piece) => (_source as IPieceStatistics)?.RowCount(piece);

    /// <inheritdoc/>
    public PieceBounds? Bounds(int piece, int column) =>
        _source.Schema[column].Type.Equals(_types[column])
            ? (_source as IPieceStatistics)?.Bounds(piece, column)
            : null;

    /// <inheritdoc/>
    public (int File, int Group) PlaceOf(int piece) => (_source as IPieceStatistics)?.PlaceOf(piece) ?? (0, -1);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private sealed class Reader(IPieceReader reader, ColumnVector?[] narrow, MemoryAccount account) : IPieceReader
    {
        private readonly Batch _inner = new(new ColumnVector[narrow.Length]);
        private readonly Arena _arena = new(account);

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            target.Reset();
            for (int i = 0; i < narrow.Length; i++) _inner.Columns[i] = narrow[i] ?? target.Columns[i];
            if (!reader.Read(_inner, cancellationToken)) return false;
            _arena.Reset();
            for (int i = 0; i < narrow.Length; i++)
            {
                if (narrow[i] is { } source) Widen(source, target.Columns[i]);
            }
            target.Count = _inner.Count;
            return true;
        }

        public void Dispose()
        {
            reader.Dispose();
            foreach (ColumnVector? vector in narrow) vector?.Dispose();
            _inner.Columns = [];
            _inner.Dispose();
            _arena.Dispose();
        }

        private void Widen(ColumnVector source, ColumnVector target)
        {
            target.ResetFlat(source.Count);
            target.Count = source.Count;
            for (int row = 0; row < source.Count; row++)
            {
                if (source.IsValid(row)) target.SetValue(row, Widen(source.GetValue(row), target.Type), _arena);
                else target.SetNull(row, source.Count);
            }
            if (target.Type.Physical != PhysicalType.Utf8) return;
            foreach (NativeBuffer block in CollectionsMarshal.AsSpan([.. _arena.Blocks])) target.KeepAlive(block);
        }

        private static Value Widen(Value value, LogicalType type)
        {
            if (type.Kind == TypeKind.Varchar) return Value.Text(value.ToString());
            if (type.IsFloat) return Value.Float(type, value.AsDouble);
            Int128 integer = value.AsInteger;
            if (type.Kind == TypeKind.Decimal) integer *= TextNumber.PowerOfTen(type.Scale - value.Type.Scale);
            if (type.IsTimestamp) integer *= UnitsPerDay(type) / UnitsPerDay(value.Type);
            return Value.Integer(type, integer);
        }

        private static long UnitsPerDay(LogicalType type) => type.Kind switch
        {
            TypeKind.Date => 1,
            TypeKind.TimestampSeconds => 86_400,
            TypeKind.TimestampMilliseconds => 86_400_000,
            TypeKind.Timestamp or TypeKind.TimestampTz => 86_400_000_000,
            TypeKind.TimestampNanoseconds => 86_400_000_000_000,
            _ => throw Invariant.Unreachable($"timestamp from {type}"),
        };
    }
}
