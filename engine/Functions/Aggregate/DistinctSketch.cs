using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// The distinct values of a group: their hashes while they are few, then a HyperLogLog. 16 bytes, the rest in an arena,
/// so that millions of small groups stay small.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DistinctSketch
{
    private const int MaxHashes = 64;
    private const int IsDense = -1;

    private byte* _data;
    private int _count;
    private int _capacity;

    /// <summary>Adds a value by its hash.</summary>
    public void Add(ulong hash, Arena arena)
    {
        if (_count == IsDense)
        {
            HyperLogLog.Add(Registers, hash);
            return;
        }
        if (Hashes.Contains(hash)) return;
        if (_count == MaxHashes)
        {
            BecomeDense(arena);
            HyperLogLog.Add(Registers, hash);
            return;
        }
        if (_count == _capacity) Grow(arena);
        ((ulong*)_data)[_count++] = hash;
    }

    /// <summary>Adds the values of another.</summary>
    public void Add(in DistinctSketch other, Arena arena)
    {
        if (other._count != IsDense)
        {
            foreach (ulong hash in other.Hashes) Add(hash, arena);
            return;
        }
        if (_count != IsDense) BecomeDense(arena);
        Merge(Registers, other.Registers);
    }

    /// <summary>The number of distinct values: exact while they are few.</summary>
    public readonly long Estimate() => _count == IsDense ? (long)Math.Round(HyperLogLog.Estimate(Registers)) : _count;

    /// <summary>The hashes, or the registers.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _count == IsDense ? Registers : MemoryMarshal.AsBytes(Hashes);

    /// <summary>Adds what <see cref="Bytes"/> of another gave; bytes of another length are damage.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes, Arena arena)
    {
        if (bytes.Length == HyperLogLog.SizeBytes)
        {
            if (_count != IsDense) BecomeDense(arena);
            Merge(Registers, bytes);
            return;
        }
        Errors.CorruptDataException.ThrowUnless(
            bytes.Length % sizeof(ulong) == 0 &&
                bytes.Length <= MaxHashes * sizeof(ulong), "sketch", "aggregate state", 0);
        foreach (ulong hash in MemoryMarshal.Cast<byte, ulong>(bytes)) Add(hash, arena);
    }

    private readonly Span<byte> Registers => new(_data, HyperLogLog.SizeBytes);

    private readonly ReadOnlySpan<ulong> Hashes => new(_data, _count);

    private static void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        for (int i = 0; i < target.Length; i++) target[i] = Math.Max(target[i], source[i]);
    }

    private void Grow(Arena arena)
    {
        int capacity = Math.Max(4, _capacity * 2);
        byte* grown = arena.Allocate(capacity * sizeof(ulong));
        Hashes.CopyTo(new Span<ulong>(grown, capacity));
        _data = grown;
        _capacity = capacity;
    }

    private void BecomeDense(Arena arena)
    {
        ReadOnlySpan<ulong> hashes = Hashes;
        _data = arena.Allocate(HyperLogLog.SizeBytes);
        _count = IsDense;
        Registers.Clear();
        foreach (ulong hash in hashes) HyperLogLog.Add(Registers, hash);
    }
}

/// <summary>approx_count_distinct(x) over a column of one kind of lane.</summary>
internal readonly struct DistinctSketchOps<TInput, THash> : IAggregateOps<DistinctSketch, TInput, long>
    where TInput : allows ref struct
    where THash : struct, ISketchHash<TInput>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.Blob];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref DistinctSketch state, TInput value, AggregateContext context) =>
        state.Add(THash.Of(value), context.Arena);

    public void Combine(ref DistinctSketch target, in DistinctSketch source, AggregateContext context) =>
        target.Add(source, context.Arena);

    public bool Finish(in DistinctSketch state, AggregateContext context, out long result)
    {
        result = state.Estimate();
        return true;
    }

    public void WritePartial(in DistinctSketch state, in PartialWriter target, AggregateContext context) =>
        target.SetBytes(0, state.Bytes);

    public void MergePartial(ref DistinctSketch state, in PartialReader source, AggregateContext context) =>
        state.AddBytes(source.Get<ReadOnlySpan<byte>>(0), context.Arena);
}

/// <summary>The hash of a value for sketches.</summary>
internal interface ISketchHash<T> where T : allows ref struct
{
    static abstract ulong Of(T value);
}

/// <summary>The hash of an integer.</summary>
internal readonly struct IntegerSketchHash<T> : ISketchHash<T> where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    public static ulong Of(T value) => SketchHash.OfInteger(Int128.CreateTruncating(value));
}

/// <summary>The hash of a float.</summary>
internal readonly struct FloatSketchHash<T> : ISketchHash<T> where T
    : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    public static ulong Of(T value) => SketchHash.OfDouble(double.CreateTruncating(value));
}

/// <summary>The hash of a text.</summary>
internal readonly struct TextSketchHash : ISketchHash<ReadOnlySpan<byte>>
{
    public static ulong Of(ReadOnlySpan<byte> value) => SketchHash.OfText(value);
}

/// <summary>The hash of an interval: equal lengths are equal.</summary>
internal readonly struct IntervalSketchHash : ISketchHash<Interval>
{
    public static ulong Of(Interval value) => SketchHash.OfInteger(value.Span);
}

/// <summary>Registry entries of approx_count_distinct.</summary>
internal static class DistinctSketchAggregate
{
    private static readonly FunctionInfo s_info = new("approx_count_distinct",
        "Number of distinct values: exact up to 64, then within about 2.3 %.")
    {
        Category = "Aggregates", Example = "approx_count_distinct(7)", Returns = "1",
    };

    public static AggregateOverload Overload => AggregateEntries.Unary(
        s_info, AggregateShape.Other, ParameterPattern.Any, Create, ignoresDuplicates: true);

    private static IAggregateKernel Create(LogicalType type) => type.Physical switch
    {
        PhysicalType.Int8 => Integer<sbyte>(),
        PhysicalType.Int16 => Integer<short>(),
        PhysicalType.Int32 => Integer<int>(),
        PhysicalType.Int64 => Integer<long>(),
        PhysicalType.Int128 => Integer<Int128>(),
        PhysicalType.UInt8 => Integer<byte>(),
        PhysicalType.UInt16 => Integer<ushort>(),
        PhysicalType.UInt32 => Integer<uint>(),
        PhysicalType.UInt64 => Integer<ulong>(),
        PhysicalType.Float32 => Of<float, FloatSketchHash<float>>(),
        PhysicalType.Float64 => Of<double, FloatSketchHash<double>>(),
        PhysicalType.Utf8 => Of<ReadOnlySpan<byte>, TextSketchHash>(),
        PhysicalType.Interval => Of<Interval, IntervalSketchHash>(),
        _ => throw new Errors.QueryException(
            Errors.SqlStates.UndefinedFunction, $"Function does not exist: approx_count_distinct({type})"),
    };

    private static IAggregateKernel Integer<T>() where T : unmanaged, System.Numerics.IBinaryInteger<T> =>
        Of<T, IntegerSketchHash<T>>();

    private static UnaryAggregate<DistinctSketchOps<T, THash>, DistinctSketch, T, long> Of<T, THash>()
        where T : allows ref struct where THash : struct, ISketchHash<T> => new(LogicalType.BigInt, default);
}
