using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution;

public sealed class UnnestTests
{
    public static TheoryData<int, int> SeedsAndThreads()
    {
        TheoryData<int, int> data = [];
        for (int seed = 0; seed < 12; seed++) data.Add(seed, new int[] { 1, 2, 8 }[seed % 3]);
        return data;
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Every_element_gets_a_row_beside_its_own(int seed, int threads)
    {
        Random random = new(seed);
        LogicalType[] elements =
        [
            LogicalType.Integer, LogicalType.Varchar, LogicalType.List(LogicalType.Varchar),
            LogicalType.Struct([new Field("a", LogicalType.Varchar), new Field("b", LogicalType.Integer)]),
        ];
        LogicalType first = elements[random.Next(elements.Length)];
        LogicalType second = elements[random.Next(elements.Length)];
        RowsNode rows = RowsNode.Random(
            seed, random.Next(5_000), 40, 0.15,
            [("id", LogicalType.Varchar), ("l", LogicalType.List(first)), ("m", LogicalType.List(second))]);
        bool keepsEmpty = random.Next(2) == 0;
        Schema columns = new(
        [
            rows.Output[0], rows.Output[1], new Field("x", first), new Field("y", second),
                new Field("n", LogicalType.BigInt),
        ]);
        UnnestNode node = new(rows, 2, [1, 2], HasOrdinality: true, keepsEmpty, columns);
        PlanRunner.AssertSameRows(
            rows.Rows.SelectMany(r => Unnested(r, first, second, keepsEmpty)),
                await PlanRunner.RunAsync(node, threads));
    }

    private static IEnumerable<Value[]> Unnested(Value[] row, LogicalType first, LogicalType second, bool keepsEmpty)
    {
        Value[] l = row[1].IsNull ? [] : [.. row[1].Elements];
        Value[] m = row[2].IsNull ? [] : [.. row[2].Elements];
        int count = Math.Max(l.Length, m.Length);
        for (int i = 0; i < count; i++)
        {
            yield return
            [
                row[0], row[1], i < l.Length ? l[i] : Value.Null(first), i < m.Length ? m[i] : Value.Null(second),
                Value.BigInt(i + 1),
            ];
        }
        if (count == 0 && keepsEmpty)
        {
            yield return [row[0], row[1], Value.Null(first), Value.Null(second), Value.Null(LogicalType.BigInt)];
        }
    }
}
