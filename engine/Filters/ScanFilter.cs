using System.Collections.Immutable;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// What a scan can test without a plan: one condition on one column. Immutable and shared by all threads of a scan.
/// NULL never passes, apart from <see cref="IsNull"/>. The same filter prunes by zone maps, is tried on encoded bytes by
/// <c>ColumnReader.TryFilter</c>, and is evaluated on decoded vectors of any shape here; all three agree.
/// </summary>
internal abstract unsafe class ScanFilter
{
    private protected ScanFilter(int column) => Column = column;

    /// <summary>The id of the column it tests.</summary>
    public int Column { get; }

    /// <summary>True when rows that should fail may pass (bloom filters), so that the condition must be tested again.</summary>
    public virtual bool IsApproximate => false;

    /// <summary>What the bounds of a zone say.</summary>
    public abstract ZoneMatch Check(in ZoneRange zone);

    /// <summary>Clears the bits of rows that do not pass; bits that are clear stay clear.</summary>
    public abstract void AndInto(ColumnVector vector, ulong* mask);

    /// <summary>column op value. Comparing with NULL passes nothing.</summary>
    public static ScanFilter Compare(int column, FilterOperator op, Value value) => throw new NotImplementedException();

    /// <summary>lower &lt;(=) column &lt;(=) upper; a bound that is null is open.</summary>
    public static ScanFilter Range(
        int column, Value? lower, Value? upper, bool includesLower = true, bool includesUpper = true) =>
        throw new NotImplementedException();

    /// <summary>column IN (values); NULLs among the values pass nothing.</summary>
    public static ScanFilter In(int column, ImmutableArray<Value> values) => throw new NotImplementedException();

    /// <summary>column IS NULL</summary>
    public static ScanFilter IsNull(int column) => throw new NotImplementedException();

    /// <summary>column IS NOT NULL</summary>
    public static ScanFilter IsNotNull(int column) => throw new NotImplementedException();

    /// <summary>The text begins with these bytes: LIKE 'prefix%'.</summary>
    public static ScanFilter Prefix(int column, ReadOnlySpan<byte> prefix) => throw new NotImplementedException();

    /// <summary>The text contains these bytes: LIKE '%needle%'.</summary>
    public static ScanFilter Contains(int column, ReadOnlySpan<byte> needle) => throw new NotImplementedException();

    /// <summary>Any other condition on one text; runs once per dictionary entry where there is a dictionary.</summary>
    public static ScanFilter Text(int column, TextPredicate predicate) => throw new NotImplementedException();

    /// <summary>Any other condition on values of any type; evaluated on a flat vector, once per dictionary entry.</summary>
    public static ScanFilter Values(int column, VectorPredicate predicate) => throw new NotImplementedException();

    /// <summary>The codes of one dictionary that pass, a bit per code; vectors with other dictionaries are looked up.</summary>
    public static ScanFilter Codes(int column, VectorDictionary dictionary, ulong[] allowed) =>
        throw new NotImplementedException();

    /// <summary>Semi-join on integers: bit (value - first) of the bitmap; values outside do not pass.</summary>
    public static ScanFilter Bitmap(int column, Int128 first, long bitCount, ulong[] bits) =>
        throw new NotImplementedException();

    /// <summary>Semi-join on integers or text by a bloom filter over the execution hash, with the keys' bounds if known.</summary>
    public static ScanFilter Bloom(int column, BloomFilter bloom, Value? min = null, Value? max = null) =>
        throw new NotImplementedException();
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
