using System.Text;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>
/// Every filter says the same by zone maps, on encoded bytes and on decoded vectors: what comparing says.
/// </summary>
public class FilterTests
{
    public static IEnumerable<object[]> TypesAndManners =>
        from type in Enumerable.Range(0, RandomRows.AllTypes.Length)
        where !RandomRows.AllTypes[type].IsNested
        from manner in (int[])[0, 1, 2, 3]
        select (object[])[type, manner];

    [Theory]
    [MemberData(nameof(TypesAndManners))]
    public async Task Filters_agree_with_comparing_values(int typeIndex, int manner)
    {
        LogicalType type = RandomRows.AllTypes[typeIndex];
        Value[] values = RandomRows.Make(type, 1300, manner, typeIndex);
        using SegmentFixture fixture = await SegmentFixture.WriteAsync([type], [values]);
        using SegmentReader segment = fixture.Open();
        foreach ((string name, ScanFilter filter, Func<Value, bool> passes) in MakeFilters(type, values))
        {
            Check(segment, values, $"{type} {name}", filter, passes);
        }
    }

    [Fact]
    public async Task Filters_see_through_codes_of_a_table_wide_dictionary()
    {
        Value[] values = RandomRows.Make(LogicalType.Varchar, 1300, 1, 5);
        using SegmentFixture fixture = await SegmentFixture.WriteAsync([LogicalType.Varchar], [values]);
        using SegmentReader segment = fixture.Open();
        GlobalDictionary dictionary = fixture.Caches.Dictionaries.TryGet([segment], 1)!;
        foreach ((string name, ScanFilter filter, Func<Value, bool> passes) in MakeFilters(LogicalType.Varchar, values))
        {
            Check(segment, values, name, filter, passes, dictionary);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Empty_texts_are_told_by_their_lengths(bool isSorted)
    {
        // In order, texts are written as what differs from the one before; else as codes of parts of texts.
        Random random = new(3);
        string[] words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "lambda", "sigma", "omega"];
        string[] texts = [.. Enumerable.Range(0, 3000).Select(i => random.Next(4) == 0 ? "" :
            string.Concat(Enumerable.Range(0, 6).Select(_ => words[random.Next(10)] + "/")) + random.Next(1_000_000))];
        if (isSorted) Array.Sort(texts, string.CompareOrdinal);
        Value[] values = [.. texts.Select(Value.Text)];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(
            [LogicalType.Varchar], [values], SegmentFixture.Small with { BlockRows = 1024 });
        using SegmentReader segment = fixture.Open();
        foreach ((string name, ScanFilter filter, Func<Value, bool> passes) in MakeFilters(LogicalType.Varchar, values))
        {
            Check(segment, values, name, filter, passes);
        }
        Assert.True(TriesEncoded(segment), "No block told empty texts without decoding.");
    }

    [Fact]
    public async Task A_bloom_filter_of_the_file_says_when_a_value_is_not_there()
    {
        LogicalType[] types = [LogicalType.BigInt, LogicalType.Varchar, LogicalType.UBigInt];
        Value[][] columns =
        [
            [.. Enumerable.Range(0, 2000).Select(i => Value.Integer(types[0], i * 7919L % 1_000_003))],
            [.. Enumerable.Range(0, 2000).Select(i => Value.Text($"user {i * 7919 % 1_000_003}"))],
            [.. Enumerable.Range(0, 2000).Select(i => Value.Integer(types[2], ulong.MaxValue - ((ulong)i * 1000)))],
        ];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(
            types, columns, SegmentFixture.Small with { BloomColumns = [1, 2, 3] });
        using SegmentReader segment = fixture.Open();
        for (int c = 0; c < 3; c++)
        {
            using ColumnReader reader = segment.OpenColumn(c + 1);
            Assert.All(
                columns[c], v => Assert.True(reader.MayPass(ScanFilter.Compare(c + 1, FilterOperator.Equal, v))));
            int wrong = 0;
            for (int i = 0; i < 1000; i++)
            {
                Value other = c == 1 ? Value.Text($"user {i}x") : Value.Integer(types[c], columns[c][i].AsInteger - 1);
                if (columns[c].Contains(other)) continue;
                wrong += reader.MayPass(ScanFilter.Compare(c + 1, FilterOperator.Equal, other)) ? 1 : 0;
            }
            Assert.InRange(wrong, 0, 100);
        }
    }

    [Fact]
    public unsafe void A_live_filter_lets_all_pass_until_it_has_a_condition()
    {
        LiveFilter live = new(1);
        using ColumnVector vector = new(LogicalType.Integer);
        vector.ResetFlat();
        vector.Count = 64;
        for (int i = 0; i < 64; i++) ((int*)vector.Data)[i] = i;
        ulong mask = ulong.MaxValue;
        live.AndInto(vector, &mask);
        Assert.Equal(ulong.MaxValue, mask);
        live.Current = ScanFilter.Compare(1, FilterOperator.Less, Value.Integer(LogicalType.Integer, 3));
        live.AndInto(vector, &mask);
        Assert.Equal(7UL, mask);
    }

    private static unsafe void Check(
        SegmentReader segment, Value[] values, string name, ScanFilter filter, Func<Value, bool> passes,
        GlobalDictionary? dictionary = null)
    {
        using ColumnReader reader = segment.OpenColumn(1), decoding = segment.OpenColumn(1);
        if (dictionary is not null)
        {
            Assert.True(reader.UseDictionary(dictionary));
            Assert.True(decoding.UseDictionary(dictionary));
        }
        using ColumnVector vector = new(reader.Type), again = new(reader.Type);
        ulong* mask = stackalloc ulong[1];
        for (int block = 0; block < segment.BlockCount; block++)
        {
            int rows = segment.GetBlockRowCount(block);
            ZoneMatch ofBlock = reader.Check(filter, block);
            for (int first = 0; first < rows; first += segment.VectorRows)
            {
                int count = Math.Min(segment.VectorRows, rows - first);
                ulong expected = 0;
                for (int i = 0; i < count; i++)
                {
                    expected |= (passes(values[(block * segment.BlockRows) + first + i]) ? 1UL : 0) << i;
                }
                ulong all = count == 64 ? ulong.MaxValue : (1UL << count) - 1;
                mask[0] = all;
                reader.Filter(filter, block, first, count, mask);
                Same(expected, mask[0], $"{name}: filtered, row {first}");
                reader.ReadVector(block, first, count, again);
                Assert.Equal(count, again.Count);
                CheckPart(segment, values, name, filter, block, first, expected);
                decoding.ReadVector(block, first, count, vector);
                mask[0] = all;
                filter.AndInto(vector, mask);
                Same(expected, mask[0], $"{name}: decoded, {vector.Shape}, row {first}");
                mask[0] = all & 0x5555555555555555;
                if (reader.TryFilter(filter, block, first, count, mask))
                {
                    Same(expected & 0x5555555555555555, mask[0], $"{name}: encoded, row {first}");
                }
                foreach (ZoneMatch match in (ZoneMatch[])[ofBlock, reader.Check(filter, block, first)])
                {
                    if (match == ZoneMatch.None) Same(0, expected, $"{name}: skipped, row {first}");
                    if (match == ZoneMatch.All) Same(all, expected, $"{name}: taken whole, row {first}");
                }
            }
        }
    }

    /// <summary>Filters some rows, twice, and reads those that are left, then all.</summary>
    private static unsafe void CheckPart(
        SegmentReader segment, Value[] values, string name, ScanFilter filter, int block, int first, ulong expected)
    {
        using ColumnReader reader = segment.OpenColumn(1);
        using ColumnVector vector = new(reader.Type);
        int count = Math.Min(segment.VectorRows, segment.GetBlockRowCount(block) - first);
        ulong part = 0x3333333333333333 & (count == 64 ? ulong.MaxValue : (1UL << count) - 1);
        ulong* mask = stackalloc ulong[1];
        mask[0] = part;
        for (int round = 0; round < 2; round++)
        {
            reader.Filter(filter, block, first, count, mask);
            Same(expected & part, mask[0], $"{name}: some rows filtered, row {first}");
        }
        for (int round = 0; round < 2; round++)
        {
            if (round == 0) reader.ReadVector(block, first, count, mask, vector);
            else reader.ReadVector(block, first, count, vector);
            for (int i = 0; i < count; i++)
            {
                if (round == 0 && (mask[0] >> i & 1) == 0) continue;
                Value value = values[(block * segment.BlockRows) + first + i];
                Assert.True(
                    value.IsNull ? !vector.IsValid(i) : Order.Compare(value, vector.GetValue(i)) == 0,
                    $"{name}: {vector.GetValue(i)} read for {value}, row {first + i}");
            }
        }
    }

    private static unsafe bool TriesEncoded(SegmentReader segment)
    {
        using ColumnReader reader = segment.OpenColumn(1);
        ulong* mask = stackalloc ulong[1];
        mask[0] = 1;
        return reader.TryFilter(
            ScanFilter.Compare(1, FilterOperator.NotEqual, Value.Text("")), segment.BlockCount - 1, 0, 1, mask);
    }

    private static IEnumerable<(string Name, ScanFilter Filter, Func<Value, bool> Passes)> MakeFilters(
        LogicalType type, Value[] values)
    {
        yield return ("is null", ScanFilter.IsNull(1), v => v.IsNull);
        yield return ("is not null", ScanFilter.IsNotNull(1), v => !v.IsNull);
        Value[] known = [.. values.Where(v => !v.IsNull)];
        if (known.Length == 0) yield break;
        Value middle = known[known.Length / 2], other = known[known.Length / 3];
        foreach (Value bound in (Value[])[known[0], middle, known.MaxBy(v => v, Order)!, known.MinBy(v => v, Order)!])
        {
            foreach (FilterOperator op in Enum.GetValues<FilterOperator>())
            {
                yield return ($"{op} {bound}", ScanFilter.Compare(1, op, bound), v =>
                    !v.IsNull && Holds(op, Order.Compare(v, bound)));
            }
        }
        yield return ("with NULL", ScanFilter.Compare(1, FilterOperator.NotEqual, Value.Null(type)), _ => false);
        (Value low, Value high) = Order.Compare(middle, other) < 0 ? (middle, other) : (other, middle);
        yield return ("between", ScanFilter.Range(1, low, high), v =>
            !v.IsNull && Order.Compare(v, low) >= 0 && Order.Compare(v, high) <= 0);
        yield return ("inside", ScanFilter.Range(1, low, high, false, false), v =>
            !v.IsNull && Order.Compare(v, low) > 0 && Order.Compare(v, high) < 0);
        Value[] few = [known[0], middle, Value.Null(type)];
        yield return ("in few", ScanFilter.In(1, [.. few]), v =>
            !v.IsNull && few.Any(f => !f.IsNull && Order.Compare(f, v) == 0));
        Value[] many = [.. known.Where((_, i) => i % 37 == 0)];
        yield return (
            "in many", ScanFilter.In(1, [.. many]), v => !v.IsNull && many.Any(f => Order.Compare(f, v) == 0));
        yield return (
            "or", ScanFilter.Or([ScanFilter.IsNull(1), ScanFilter.Compare(1, FilterOperator.Less, middle)]),
            v => v.IsNull || Order.Compare(v, middle) < 0);
        yield return (
            "any", ScanFilter.Values(1, KeepEqual(middle)),
            v => !v.IsNull && Order.Compare(v, middle) == 0);
        if (type.Physical == PhysicalType.Utf8)
        {
            foreach (var filter in TextFilters()) yield return filter;
        }
        if (type.Physical.IsInteger())
        {
            foreach (var filter in JoinFilters(type, known)) yield return filter;
        }
    }

    private static IEnumerable<(string Name, ScanFilter Filter, Func<Value, bool> Passes)> TextFilters()
    {
        foreach (string part in (
            string[])["city", "city 1", "name 1", "", "é", "unique", "a prefix longer than any text here"])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            yield return (
                $"begins with {part}", ScanFilter.Prefix(1, bytes), v => !v.IsNull && v.AsBytes.StartsWith(bytes));
            yield return (
                $"contains {part}", ScanFilter.Contains(1, bytes), v => !v.IsNull && v.AsBytes.IndexOf(bytes) >= 0);
            yield return (
                $"contains {part} twice", ScanFilter.Text(1, t => Occurs(t, bytes) > 1, bytes),
                v => !v.IsNull && Occurs(v.AsBytes, bytes) > 1);
        }
        yield return (
            "length", ScanFilter.Text(1, t => t.Length % 2 == 0), v => !v.IsNull && v.AsBytes.Length % 2 == 0);
    }

    private static int Occurs(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        int count = 0;
        for (int at = 0; at < text.Length; at++) count += text[at..].StartsWith(part) ? 1 : 0;
        return count;
    }

    private static IEnumerable<(string Name, ScanFilter Filter, Func<Value, bool> Passes)> JoinFilters(
        LogicalType type, Value[] known)
    {
        Int128 first = known.Min(v => v.AsInteger);
        ulong[] bits = new ulong[5];
        for (int i = 0; i < bits.Length; i++) bits[i] = 0x123456789ABCDEF0 + (ulong)i;
        bool InBitmap(Value v) => !v.IsNull && v.AsInteger - first < 320 && v.AsInteger >= first &&
            (bits[(int)(v.AsInteger - first) / 64] >> (int)(v.AsInteger - first) % 64 & 1) != 0;
        yield return ("bitmap", ScanFilter.Bitmap(1, first, 320, bits), InBitmap);
        BloomFilter bloom = new(100);
        HashSet<Int128> keys = [.. known.Where((_, i) => i % 50 == 0).Select(v => v.AsInteger)];
        foreach (Int128 key in keys) bloom.Add(Hashing.OfInteger(key));
        bool MayMatch(Value v) =>
            !v.IsNull && v.AsInteger <= keys.Max() && bloom.MayContain(Hashing.OfInteger(v.AsInteger));
        yield return ("bloom", ScanFilter.Bloom(1, bloom, null, Value.Integer(type, keys.Max())), MayMatch);
    }

    private static unsafe VectorPredicate KeepEqual(Value wanted) => (vector, mask) =>
    {
        Assert.Equal(VectorShape.Flat, vector.Shape);
        for (int i = 0; i < vector.Count; i++)
        {
            // Values of rows that are out already, NULLs among them, mean nothing.
            if (!Bitmap.IsSet(mask, i)) continue;
            if (Order.Compare(vector.GetValue(i), wanted) != 0) mask[i >> 6] &= ~(1UL << i);
        }
    };

    private static bool Holds(FilterOperator op, int order) => op switch
    {
        FilterOperator.Equal => order == 0,
        FilterOperator.NotEqual => order != 0,
        FilterOperator.Less => order < 0,
        FilterOperator.LessOrEqual => order <= 0,
        FilterOperator.Greater => order > 0,
        _ => order >= 0,
    };

    private static IComparer<Value> Order { get; } = Comparer<Value>.Create((x, y) => x.Type.Physical switch
    {
        PhysicalType.Utf8 => x.AsBytes.SequenceCompareTo(y.AsBytes),
        PhysicalType.Interval => x.AsInterval.CompareTo(y.AsInterval),
        PhysicalType.Float32 or PhysicalType.Float64 => (double.IsNaN(x.AsDouble), double.IsNaN(y.AsDouble)) switch
        {
            (true, true) => 0, (true, false) => 1, (false, true) => -1,
            _ => x.AsDouble < y.AsDouble ? -1 : x.AsDouble > y.AsDouble ? 1 : 0,
        },
        _ => x.AsInteger.CompareTo(y.AsInteger),
    });

    private static void Same(ulong expected, ulong actual, string what)
    {
        if (expected != actual) Assert.Fail($"{what}: {expected:x} expected, {actual:x} found");
    }
}
