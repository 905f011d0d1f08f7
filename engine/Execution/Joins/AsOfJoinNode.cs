using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Every left row with one right row: of those that agree in the keys and for which <c>left op right</c> holds, the one
/// nearest in the last pair of columns. The right side is sorted and kept; left rows stream by and search in it.
/// </summary>
/// <param name="Left">The side that streams.</param>
/// <param name="Right">The side that is kept.</param>
/// <param name="Kind">Inner, or Left to keep left rows without a partner.</param>
/// <param name="Keys">Pairs that must be equal, then the pair that must be near.</param>
/// <param name="Operator">What holds between the last pair: an inequality.</param>
/// <param name="Residual">What partners must meet besides, over left columns, then right ones.</param>
/// <param name="Columns">The output.</param>
internal sealed record AsOfJoinNode(
    PhysicalNode Left, PhysicalNode Right, JoinKind Kind, PlanList<JoinKeyColumns> Keys, ComparisonOperator Operator,
    Expression? Residual, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];

    public override Schema Output => Columns;

    public override string Describe() =>
        $"Asof join {Kind.ToString().ToLowerInvariant()} on " +
        string.Join(" and ", Keys.Select((k, i) => Describe(k, i == Keys.Count - 1 ? Operator.Symbol() : "=")));

    private string Describe(JoinKeyColumns key, string symbol) =>
        $"{Left.Output[key.Probe].Name} {symbol} {Right.Output[key.Build].Name}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) =>
        this with { Left = inputs[0], Right = inputs[1] };

    public override void Write(PlanWriter target)
    {
        target.Begin(5);
        target.Write(Columns);
        target.WriteEnum(Kind);
        JoinKeyColumns.WriteList(target, Keys);
        target.WriteEnum(Operator);
        target.Write(Residual);
    }

    public static AsOfJoinNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(5);
        source.Check(inputs.Length == 2, "number of inputs");
        (Schema left, Schema right) = (inputs[0].Output, inputs[1].Output);
        Schema columns = source.ReadSchema();
        JoinKind kind = source.ReadEnum<JoinKind>();
        source.Check(kind is JoinKind.Inner or JoinKind.Left, "kind of an ASOF join");
        source.CheckJoin(kind, left, right, columns);
        PlanList<JoinKeyColumns> keys = JoinKeyColumns.ReadList(source, left, right);
        ComparisonOperator nearness = source.ReadEnum<ComparisonOperator>();
        source.Check(
            nearness is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual), "operator of an ASOF join");
        Expression? residual = source.ReadConditionOrNil(new Schema([.. left.Fields, .. right.Fields]));
        return new AsOfJoinNode(inputs[0], inputs[1], kind, keys, nearness, residual, columns);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        SortNode sort = new(Right, Keys.Map(k => new SortColumn(k.Build, false, false)));
        RowsSink kept = new(Right.Output, isSerial: true) { Owner = this };
        layout.Run.Shared(this, () => kept);
        Pipeline keeping = layout.AddPipeline(kept);
        current.Require(kept);
        current.AddStep(this);
        sort.LayOut(keeping, layout);
        Left.LayOut(current, layout);
    }

    public override Operator Start(PipelineContext context, Operator next) => new AsOfJoinOperator(
        this, context.Run.Shared<RowsSink>(this, () => throw Invariant.Unreachable("kept rows")), context, next);
}

/// <summary>
/// Finds by bisection where a left row stands among the right ones. Where a condition refuses a candidate, the next one
/// of the same keys is asked.
/// </summary>
internal sealed unsafe class AsOfJoinOperator : Operator
{
    private readonly AsOfJoinNode _node;
    private readonly RowBuffer _right;
    private readonly RowBuffer _own;
    private readonly ElementOrder[] _orders;
    private readonly Expressions.MaskExpression? _residual;
    private readonly Batch _pairs;
    private readonly NativeBuffer _partners;
    private readonly RowCompactor _compactor = new();
    private readonly bool _isUpward;
    private readonly bool _takesEqual;

    public AsOfJoinOperator(AsOfJoinNode node, RowsSink kept, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _right = kept.Buffers.Count > 0 ? kept.Buffers[0] : throw Invariant.Unreachable("no kept rows");
        MemoryAccount account = context.Run.VectorAccount;
        LogicalType[] keyTypes = [.. node.Keys.Map(k => node.Left.Output[k.Probe].Type)];
        _own = new RowBuffer(keyTypes, account);
        _orders = [.. keyTypes.Select(t => new ElementOrder(t))];
        _pairs = new Batch(node.Columns);
        _partners = NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
        _isUpward = node.Operator is ComparisonOperator.Less or ComparisonOperator.LessOrEqual;
        _takesEqual = node.Operator is ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual;
        if (node.Residual is not null) _residual = context.CompileMask(node.Residual);
    }

    public override Flow Push(Batch batch)
    {
        ColumnVector[] left = _compactor.Compact(batch);
        int count = _compactor.Count;
        if (count == 0) return Flow.More;
        _own.Clear();
        ColumnVector[] keys = [.. _node.Keys.Map(k => left[k.Probe])];
        _own.Append(keys, null, count);
        uint* partners = (uint*)_partners.Pointer;
        for (int row = 0; row < count; row++) partners[row] = Find((uint)row);
        if (_residual is not null) AskResidual(left, partners, count);
        Show(left, partners, count);
        if (_node.Kind == JoinKind.Inner)
        {
            RowMask mask = _pairs.BeginMask();
            for (int row = 0; row < count; row++) mask[row] = partners[row] != ColumnBuffer.NoRow;
            if (mask.IsEmpty) return Flow.More;
        }
        return Next.Push(_pairs);
    }

    public override void Dispose()
    {
        int leftCount = _node.Left.Output.Count;
        foreach (ColumnVector vector in _pairs.Columns[leftCount..]) vector.Dispose();
        _pairs.Columns = [];
        _pairs.Dispose();
        _own.Dispose();
        foreach (ElementOrder order in _orders) order.Dispose();
        _partners.Release();
        _compactor.Dispose();
    }

    /// <summary>The nearest right row, or NoRow.</summary>
    private uint Find(uint row)
    {
        for (int k = 0; k < _orders.Length; k++)
        {
            if (!_node.Keys[k].NullsAreEqual && !_own.Columns[k].IsValid(row)) return ColumnBuffer.NoRow;
        }
        // Downward the last row before the bound is nearest, upward the first one behind it.
        long low = 0;
        long high = _right.Count;
        bool countsEqual = _isUpward != _takesEqual;
        while (low < high)
        {
            long middle = (low + high) >> 1;
            int order = Compare(row, (uint)middle);
            if (order > 0 || (order == 0 && countsEqual)) low = middle + 1;
            else high = middle;
        }
        return Candidate(row, _isUpward ? low : low - 1);
    }

    /// <summary>The right row where it is one, has the keys of the left row and a value.</summary>
    private uint Candidate(uint row, long place)
    {
        if (place < 0 || place >= _right.Count) return ColumnBuffer.NoRow;
        uint partner = (uint)place;
        int last = _orders.Length - 1;
        if (!_right.Columns[_node.Keys[last].Build].IsValid(partner)) return ColumnBuffer.NoRow;
        for (int k = 0; k < last; k++)
        {
            if (CompareKey(k, row, partner) != 0) return ColumnBuffer.NoRow;
        }
        return partner;
    }

    private int Compare(uint row, uint partner)
    {
        for (int k = 0; k < _orders.Length; k++)
        {
            int order = CompareKey(k, row, partner);
            if (order != 0) return order;
        }
        return 0;
    }

    private int CompareKey(int k, uint row, uint partner)
    {
        ColumnBuffer left = _own.Columns[k];
        ColumnBuffer right = _right.Columns[_node.Keys[k].Build];
        bool hasLeft = left.IsValid(row);
        bool hasRight = right.IsValid(partner);
        if (!hasLeft || !hasRight) return hasLeft == hasRight ? 0 : hasLeft ? -1 : 1;
        return _orders[k].Compare(left, row, right, partner);
    }

    /// <summary>Moves refused candidates on until each row has a partner that is accepted, or none.</summary>
    private void AskResidual(ColumnVector[] left, uint* partners, int count)
    {
        bool* isSettled = stackalloc bool[Batch.MaxRows];
        new Span<bool>(isSettled, count).Clear();
        for (bool isOpen = true; isOpen;)
        {
            isOpen = false;
            Show(left, partners, count);
            RowMask mask = _pairs.BeginMask();
            for (int row = 0; row < count; row++) mask[row] = !isSettled[row] && partners[row] != ColumnBuffer.NoRow;
            if (mask.IsEmpty) break;
            _residual!.AndInto(_pairs, mask);
            for (int row = 0; row < count; row++)
            {
                if (isSettled[row] || partners[row] == ColumnBuffer.NoRow) continue;
                isSettled[row] = mask[row];
                if (mask[row]) continue;
                partners[row] = Candidate((uint)row, _isUpward ? partners[row] + 1L : partners[row] - 1L);
                isOpen |= partners[row] != ColumnBuffer.NoRow;
            }
        }
    }

    private void Show(ColumnVector[] left, uint* partners, int count)
    {
        int leftCount = left.Length;
        for (int c = 0; c < leftCount; c++) _pairs.Columns[c] = left[c];
        for (int c = leftCount; c < _pairs.Columns.Length; c++)
        {
            _right.Columns[c - leftCount].GatherOrNull(partners, count, _pairs.Columns[c]);
        }
        _pairs.Reset();
        _pairs.Count = count;
    }
}
