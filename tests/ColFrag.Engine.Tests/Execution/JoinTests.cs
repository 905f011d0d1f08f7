using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution;

public sealed class JoinTests
{
    private static readonly LogicalType[] s_keyTypes =
    [
        LogicalType.Integer, LogicalType.BigInt, LogicalType.Varchar, LogicalType.SmallInt, LogicalType.Double,
        LogicalType.Date, LogicalType.Decimal(30, 4), LogicalType.Interval,
    ];

    public static TheoryData<string, int> KindsAndThreads()
    {
        TheoryData<string, int> data = [];
        foreach (string kind in Enum.GetNames<JoinKind>())
        {
            data.Add(kind, 1);
            data.Add(kind, 8);
        }
        return data;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_join_of_few_rows_that_makes_many_pairs_lets_others_have_their_turn(bool isHashed)
    {
        // Every row of one side meets every row of the other: two million pairs of one batch.
        RowsNode left = RowsNode.Random(1, 1_000, 1, 0, ("k", LogicalType.Integer)) with { IsMasked = false };
        RowsNode right = RowsNode.Random(1, 2_000, 1, 0, ("k", LogicalType.Integer)) with { IsMasked = false };
        Schema columns = Columns(left, right, JoinKind.Inner);
        PhysicalNode join = isHashed
            ? new HashJoinNode(left, right, JoinKind.Inner, [new JoinKeyColumns(0, 0, false)], null, false, columns)
            : new NestedLoopJoinNode(left, right, JoinKind.Inner, null, columns);
        CountingScheduler scheduler = new(PlanRunner.Environment(1).Scheduler);
        FilterNode none = new(join, new Constant(Value.Boolean(false)));
        Assert.Empty(await PlanRunner.RunAsync(none, 1, PlanRunner.Environment(1) with { Scheduler = scheduler }));
        int parts = 1_000 * 2_000 / 2_048;
        Assert.True(scheduler.Pieces > parts / Flow.BatchesPerTurn, $"{scheduler.Pieces} turns");
    }

    [Theory]
    [MemberData(nameof(KindsAndThreads))]
    public async Task A_hash_join_gives_what_a_loop_over_all_pairs_gives(string kindName, int threads)
    {
        JoinKind kind = Enum.Parse<JoinKind>(kindName);
        for (int seed = 0; seed < 8; seed++)
        {
            Random random = new(seed);
            int keyCount = 1 + random.Next(2);
            (string, LogicalType)[] keys =
                [.. Enumerable.Range(0, keyCount).Select(k => ($"k{k}", s_keyTypes[random.Next(s_keyTypes.Length)]))];
            int distinct = kind == JoinKind.Single ? 4_000 : 2 + random.Next(200);
            RowsNode left =
                RowsNode.Random(seed, random.Next(2_500), distinct, 0.1, [.. keys, ("a", LogicalType.Integer)]);
            RowsNode right = RowsNode.Random(
                seed, random.Next(400), distinct, random.Next(2) * 0.1, [.. keys, ("b", LogicalType.Integer)]);
            bool nullsAreEqual = random.Next(3) == 0;
            bool isNullAware = kind is JoinKind.Anti or JoinKind.Mark && random.Next(2) == 0;
            Expression? residual = isNullAware || random.Next(2) == 0 ? null : new Comparison(
                ComparisonOperator.Less, new ColumnReference(keyCount, LogicalType.Integer, "a"),
                new ColumnReference((2 * keyCount) + 1, LogicalType.Integer, "b"));
            HashJoinNode node = new(
                left, right, kind, [.. Enumerable.Range(0, keyCount).Select(
                    k => new JoinKeyColumns(k, k, nullsAreEqual))], residual,
                isNullAware, Columns(left, right, kind));
            await CompareAsync(node,
                Reference(left, right, kind, keyCount, nullsAreEqual, residual is not null, isNullAware), threads);
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndThreads))]
    public async Task Rows_that_have_their_one_partner_or_none_come_out_as_a_loop_gives_them(
        string kindName, int threads)
    {
        JoinKind kind = Enum.Parse<JoinKind>(kindName);
        for (int seed = 0; seed < 6; seed++)
        {
            Random random = new(seed);
            LogicalType key = s_keyTypes[seed % 3];
            int distinct = 200 + random.Next(300);
            RowsNode left = RowsNode.Random(
                seed, 2_500, distinct, seed % 2 * 0.1, ("k", key), ("a", LogicalType.Varchar),
                ("n", LogicalType.Integer));
            RowsNode some = RowsNode.Random(
                seed, 900, distinct, seed / 2 % 2 * 0.1, ("k", key), ("b", LogicalType.Varchar),
                ("list", LogicalType.List(LogicalType.Integer)), ("m", LogicalType.Decimal(30, 4)));
            RowsNode right = some with { Rows = [.. some.Rows.DistinctBy(r => r[0])] };
            HashJoinNode node = new(
                left, right, kind, [new JoinKeyColumns(0, 0, false)], null, false, Columns(left, right, kind))
            {
                // Enough for texts of the build side to become codes.
                EstimatedRows = seed < 3 ? 100_000 : -1,
            };
            await CompareAsync(node, Reference(left, right, kind, 1, false, false, false), threads);
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndThreads))]
    public async Task A_nested_loop_gives_what_a_loop_over_all_pairs_gives(string kindName, int threads)
    {
        JoinKind kind = Enum.Parse<JoinKind>(kindName);
        for (int seed = 0; seed < 4; seed++)
        {
            Random random = new(seed);
            RowsNode left = RowsNode.Random(seed, random.Next(300), 300, 0.1, ("a", LogicalType.Integer));
            RowsNode right = RowsNode.Random(
                seed, kind == JoinKind.Single ? 1 : random.Next(200), 300, 0.1, ("b", LogicalType.Integer));
            Expression condition = new Comparison(
                ComparisonOperator.Less, new ColumnReference(0, LogicalType.Integer, "a"),
                new ColumnReference(1, LogicalType.Integer, "b"));
            NestedLoopJoinNode node = new(left, right, kind, condition, Columns(left, right, kind));
            await CompareAsync(node, Reference(left, right, kind, 0, false, true, false), threads);
        }
    }

    [Fact]
    public async Task A_cross_join_gives_every_pair()
    {
        RowsNode left = RowsNode.Random(1, 70, 50, 0.1, ("a", LogicalType.Varchar));
        RowsNode right = RowsNode.Random(2, 90, 50, 0.1, ("b", LogicalType.Varchar));
        NestedLoopJoinNode node = new(left, right, JoinKind.Inner, null, Columns(left, right, JoinKind.Inner));
        PlanRunner.AssertSameRows(
            left.Rows.SelectMany(l => right.Rows.Select(r => (Value[])[.. l, .. r])),
            await PlanRunner.RunAsync(node, 2));
    }

    private static Schema Columns(RowsNode left, RowsNode right, JoinKind kind) => kind switch
    {
        JoinKind.Semi or JoinKind.Anti => left.Output,
        JoinKind.Mark => new Schema([.. left.Output.Fields, new Field("mark", LogicalType.Boolean)]),
        _ => new Schema([.. left.Output.Fields, .. right.Output.Fields]),
    };

    /// <summary>Null stands for the error of a second partner.</summary>
    private static async Task CompareAsync(PhysicalNode node, List<Value[]>? expected, int threads)
    {
        if (expected is not null)
        {
            PlanRunner.AssertSameRows(expected, await PlanRunner.RunAsync(node, threads));
            return;
        }
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => PlanRunner.RunAsync(node, threads));
        Assert.Equal(SqlStates.CardinalityViolation, error.SqlState);
    }

    private static List<Value[]>? Reference(
        RowsNode left, RowsNode right, JoinKind kind, int keyCount, bool nullsAreEqual, bool hasResidual,
        bool isNullAware)
    {
        List<Value[]> results = [];
        bool[] rightFound = new bool[right.Rows.Length];
        Value[] leftNulls = [.. left.Output.Fields.Select(f => Value.Null(f.Type))];
        Value[] rightNulls = [.. right.Output.Fields.Select(f => Value.Null(f.Type))];
        foreach (Value[] l in left.Rows)
        {
            int partners = 0;
            bool isUnknown = false;
            for (int r = 0; r < right.Rows.Length; r++)
            {
                bool? isPartner = Matches(l, right.Rows[r], keyCount, nullsAreEqual, hasResidual);
                isUnknown |= isPartner is null;
                if (isPartner != true) continue;
                partners++;
                rightFound[r] = true;
                if (kind is JoinKind.Inner or JoinKind.Left or JoinKind.Right or JoinKind.Full or JoinKind.Single)
                {
                    results.Add([.. l, .. right.Rows[r]]);
                }
            }
            if (kind == JoinKind.Single && partners > 1) return null;
            if (partners == 0 && kind is JoinKind.Left or JoinKind.Full or JoinKind.Single && partners == 0)
                results.Add([.. l, .. rightNulls]);
            if (kind == JoinKind.Semi && partners > 0) results.Add(l);
            if (kind == JoinKind.Anti && partners == 0 && !(isNullAware && isUnknown)) results.Add(l);
            if (kind != JoinKind.Mark) continue;
            Value mark = partners == 0 && isNullAware && isUnknown
                ? Value.Null(LogicalType.Boolean) : Value.Boolean(partners > 0);
            results.Add([.. l, mark]);
        }
        if (kind is not (JoinKind.Right or JoinKind.Full)) return results;
        for (int r = 0; r < right.Rows.Length; r++)
        {
            if (!rightFound[r]) results.Add([.. leftNulls, .. right.Rows[r]]);
        }
        return results;
    }

    /// <summary>Null where a NULL leaves it open.</summary>
    private static bool? Matches(Value[] left, Value[] right, int keyCount, bool nullsAreEqual, bool hasResidual)
    {
        bool isOpen = false;
        for (int k = 0; k < keyCount; k++)
        {
            if (left[k].IsNull || right[k].IsNull)
            {
                if (nullsAreEqual && left[k].IsNull != right[k].IsNull) return false;
                isOpen |= !nullsAreEqual;
                continue;
            }
            if (ValueComparison.Compare(left[k], right[k]) != 0) return false;
        }
        if (isOpen) return null;
        if (!hasResidual) return true;
        Value a = left[keyCount];
        Value b = right[keyCount];
        return !a.IsNull && !b.IsNull && a.AsInteger < b.AsInteger;
    }
}
