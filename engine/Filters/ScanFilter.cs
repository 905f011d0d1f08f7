using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// What a scan can test without a plan: one condition on one column. Immutable (but for <see cref="LiveFilter"/>) and
/// shared by all threads of a scan. NULL never passes, apart from <see cref="IsNull"/>. The same filter prunes by zone
/// maps, is tried on encoded bytes by <c>ColumnReader.TryFilter</c>, and is evaluated on decoded vectors of any shape
/// here; all three agree. Values have the column's type, decimals its scale.
/// </summary>
internal abstract unsafe class ScanFilter
{
    // What a filter says about a dictionary is worked out once; gone with the dictionary.
    private readonly ConditionalWeakTable<VectorDictionary, AllowedCodes> _allowedCodes = [];

    private protected ScanFilter(int column) => Column = column;

    /// <summary>The id of the column it tests.</summary>
    public int Column { get; }

    /// <summary>
    /// True when rows that should fail may pass (bloom filters), so that the condition must be tested again.
    /// </summary>
    public virtual bool IsApproximate => false;

    /// <summary>True when NULL passes.</summary>
    public virtual bool PassesNull => false;

    /// <summary>What the bounds of a zone say.</summary>
    public virtual ZoneMatch Check(in ZoneRange zone)
    {
        if (zone.RowCount == 0) return ZoneMatch.None;
        if (zone.IsAllNull) return PassesNull ? ZoneMatch.All : ZoneMatch.None;
        if (zone.Min > zone.Max) return ZoneMatch.Some;
        ZoneMatch match = CheckBounds(zone);
        if (match == ZoneMatch.None && PassesNull && !zone.HasNoNull) return ZoneMatch.Some;
        return match == ZoneMatch.All && (IsApproximate || (!zone.HasNoNull && !PassesNull)) ? ZoneMatch.Some : match;
    }

    /// <summary>Clears the bits of rows that do not pass; bits that are clear stay clear.</summary>
    public virtual void AndInto(ColumnVector vector, ulong* mask)
    {
        int count = vector.Count;
        if (vector.IsConstant)
        {
            ulong first = 1;
            if (vector.IsValid(0)) AndValues(vector, 1, &first);
            else first = 0;
            if (first == 0) Kernels.Bitmap.Clear(mask, count);
            return;
        }
        if (vector.Validity is not null) Kernels.Bitmap.And(mask, vector.Validity, count);
        if (vector.Shape == VectorShape.Dictionary) AndCodes(vector, count, mask);
        else AndValues(vector, count, mask);
    }

    /// <summary>The same for elements of a flat or narrow lane of which none counts as NULL.</summary>
    internal void AndElements(ColumnVector values, int count, ulong* mask) => AndValues(values, count, mask);

    /// <summary>column op value. Comparing with NULL passes nothing.</summary>
    public static ScanFilter Compare(int column, FilterOperator op, Value value) => op switch
    {
        FilterOperator.Equal => Range(column, value, value),
        FilterOperator.NotEqual => value.IsNull ? new NeverFilter(column) : new NotFilter(Range(column, value, value)),
        FilterOperator.Less =>
            value.IsNull ? new NeverFilter(column) : Range(column, null, value, includesUpper: false),
        FilterOperator.LessOrEqual => value.IsNull ? new NeverFilter(column) : Range(column, null, value),
        FilterOperator.Greater =>
            value.IsNull ? new NeverFilter(column) : Range(column, value, null, includesLower: false),
        FilterOperator.GreaterOrEqual => value.IsNull ? new NeverFilter(column) : Range(column, value, null),
        _ => throw Invariant.Unreachable("comparison"),
    };

    /// <summary>
    /// lower &lt;(=) column &lt;(=) upper; a bound that is null is open, one that is NULL passes nothing.
    /// </summary>
    public static ScanFilter Range(
        int column, Value? lower, Value? upper, bool includesLower = true, bool includesUpper = true)
    {
        if (lower is { IsNull: true } || upper is { IsNull: true }) return new NeverFilter(column);
        LogicalType type = (lower ?? upper)?.Type ?? throw Invariant.Unreachable("a range without bounds");
        return type.Physical switch
        {
            PhysicalType.Float32 or PhysicalType.Float64 => new FloatRangeFilter(
                column, lower?.AsDouble, upper?.AsDouble, includesLower, includesUpper),
            PhysicalType.Utf8 => new TextRangeFilter(
                column, lower?.AsBytes.ToArray(), upper?.AsBytes.ToArray(), includesLower, includesUpper),
            PhysicalType.Interval => new IntervalRangeFilter(
                column, lower?.AsInterval.Span, upper?.AsInterval.Span, includesLower, includesUpper),
            _ => IntegerRange(column, lower?.AsInteger, upper?.AsInteger, includesLower, includesUpper),
        };
    }

    /// <summary>column IN (values); NULLs among the values pass nothing.</summary>
    public static ScanFilter In(int column, ImmutableArray<Value> values)
    {
        ImmutableArray<Value> known = [.. values.Where(v => !v.IsNull)];
        if (known.IsEmpty) return new NeverFilter(column);
        if (known.Length == 1) return Range(column, known[0], known[0]);
        return known[0].Type.Physical switch
        {
            PhysicalType.Float32 or PhysicalType.Float64 or PhysicalType.Interval =>
                new OrFilter(column, [.. known.Select(v => Range(column, v, v))]),
            PhysicalType.Utf8 => new TextSetFilter(column, [.. known.Select(v => v.AsBytes.ToArray())]),
            _ => new IntegerSetFilter(column, [.. known.Select(v => v.AsInteger)]),
        };
    }

    /// <summary>column IS NULL</summary>
    public static ScanFilter IsNull(int column) => new NullFilter(column, wantsNull: true);

    /// <summary>column IS NOT NULL</summary>
    public static ScanFilter IsNotNull(int column) => new NullFilter(column, wantsNull: false);

    /// <summary>Any of several conditions on the same column.</summary>
    public static ScanFilter Or(ImmutableArray<ScanFilter> filters) =>
        filters.Length == 1 ? filters[0] : new OrFilter(filters[0].Column, filters);

    /// <summary>The text begins with these bytes: LIKE 'prefix%'.</summary>
    public static ScanFilter Prefix(int column, ReadOnlySpan<byte> prefix) =>
        new TextPrefixFilter(column, prefix.ToArray());

    /// <summary>The text contains these bytes: LIKE '%needle%'.</summary>
    public static ScanFilter Contains(int column, ReadOnlySpan<byte> needle) =>
        new TextContainsFilter(column, needle.ToArray());

    /// <summary>Any other condition on one text; runs once per dictionary entry where there is a dictionary.</summary>
    /// <param name="column">The column.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="literal">Bytes that every text has that passes; empty where nothing is known.</param>
    public static ScanFilter Text(int column, TextPredicate predicate, ReadOnlySpan<byte> literal = default) =>
        new TextMatchFilter(column, predicate, literal.ToArray());

    /// <summary>
    /// Any other condition on values of any type. The predicate gets flat vectors, of rows or of a dictionary's values.
    /// </summary>
    public static ScanFilter Values(int column, VectorPredicate predicate) => new VectorFilter(column, predicate);

    /// <summary>
    /// The codes of one dictionary that pass, a bit per code. Vectors with another dictionary or none are let through
    /// whole: the filter is then approximate.
    /// </summary>
    public static ScanFilter Codes(int column, VectorDictionary dictionary, ulong[] allowed) =>
        new CodeFilter(column, dictionary, allowed);

    /// <summary>Semi-join on integers: bit (value - first) of the bitmap; values outside do not pass.</summary>
    public static ScanFilter Bitmap(int column, Int128 first, long bitCount, ulong[] bits) =>
        new BitmapFilter(column, first, bitCount, bits);

    /// <summary>
    /// Semi-join on integers or text by a bloom filter over the execution hash, with the keys' bounds if known.
    /// </summary>
    public static ScanFilter Bloom(int column, BloomFilter bloom, Value? min = null, Value? max = null) =>
        new BloomJoinFilter(column, bloom, min, max);

    /// <summary>What the bounds say about values that are not NULL.</summary>
    private protected abstract ZoneMatch CheckBounds(in ZoneRange zone);

    /// <summary>
    /// Clears the bits of elements that do not pass, of a flat or narrow lane (or the one element of a constant).
    /// Whatever is said of NULLs does not count.
    /// </summary>
    private protected abstract void AndValues(ColumnVector values, int count, ulong* mask);

    /// <summary>The bits of codes that pass, one per entry of a dictionary.</summary>
    private protected virtual ulong[] FindAllowed(VectorDictionary dictionary)
    {
        ulong[] allowed = new ulong[Kernels.Bitmap.WordCount(Math.Max(1, dictionary.Count))];
        fixed (ulong* bits = allowed)
        {
            Kernels.Bitmap.Fill(bits, dictionary.Count);
            AndValues(dictionary.Values, dictionary.Count, bits);
        }
        return allowed;
    }

    private void AndCodes(ColumnVector vector, int count, ulong* mask)
    {
        VectorDictionary dictionary = vector.Dictionary!;
        if (!_allowedCodes.TryGetValue(dictionary, out AllowedCodes? allowed))
        {
            allowed = new AllowedCodes(FindAllowed(dictionary), dictionary.Count);
            _allowedCodes.AddOrUpdate(dictionary, allowed);
        }
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: allowed.And(vector.Data, count, mask); break;
            case PhysicalType.UInt16: allowed.And((ushort*)vector.Data, count, mask); break;
            default: allowed.And((uint*)vector.Data, count, mask); break;
        }
    }

    private static ScanFilter IntegerRange(
        int column, Int128? lower, Int128? upper, bool includesLower, bool includesUpper)
    {
        if (lower == Int128.MaxValue && !includesLower) return new NeverFilter(column);
        if (upper == Int128.MinValue && !includesUpper) return new NeverFilter(column);
        Int128 first = lower is { } l ? (includesLower ? l : l + 1) : Int128.MinValue;
        Int128 last = upper is { } u ? (includesUpper ? u : u - 1) : Int128.MaxValue;
        return first > last ? new NeverFilter(column) : new IntegerRangeFilter(column, first, last);
    }
}

/// <summary>Comparisons.</summary>
internal enum FilterOperator : byte
{
    /// <summary>=</summary>
    Equal,
    /// <summary>&lt;&gt;</summary>
    NotEqual,
    /// <summary>&lt;</summary>
    Less,
    /// <summary>&lt;=</summary>
    LessOrEqual,
    /// <summary>&gt;</summary>
    Greater,
    /// <summary>&gt;=</summary>
    GreaterOrEqual,
}

/// <summary>A condition on one text or blob.</summary>
internal delegate bool TextPredicate(ReadOnlySpan<byte> text);

/// <summary>Clears the bits of the rows of a flat vector that do not pass; bits of NULLs are clear already.</summary>
internal unsafe delegate void VectorPredicate(ColumnVector values, ulong* mask);
