using System.Numerics;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Leaves out rows of which it is known already that they are not among the first of their group: so many rows came
/// before that beat them. More rows than wanted pass, never fewer; a window function above ranks those that did.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Keys">Positions of what rows of a group agree in.</param>
/// <param name="Order">The first key of the order in a group.</param>
/// <param name="Count">How many rows of a group are wanted.</param>
/// <param name="KeepsTies">True when rows that are equal in the first key all pass.</param>
internal sealed record BestOfGroupNode(
    PhysicalNode Input, PlanList<int> Keys, SortColumn Order, int Count, bool KeepsTies) : StreamingNode(Input)
{
    private const int MostCount = 1024;

    public override Schema Output => Input.Output;

    public override string Describe() =>
        $"Best {Count}{(KeepsTies ? " with ties" : "")} of {string.Join(", ", Keys.Map(k => Input.Output[k].Name))} " +
        $"order {Order}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(4);
        target.Write(Keys);
        target.Write([Order]);
        target.Write(Count);
        target.Write(KeepsTies);
    }

    public static BestOfGroupNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(4);
        Schema input = source.Only(inputs).Output;
        PlanList<int> keys = source.ReadPositions(input.Count);
        PlanList<SortColumn> order = source.ReadSortColumns(input);
        source.Check(!keys.IsEmpty && order.Count == 1 && OrderCodes.Exist(input[order[0].Column].Type), "order");
        int count = source.ReadCount();
        source.Check(count is > 0 and <= MostCount, "number of rows");
        return new BestOfGroupNode(inputs[0], keys, order[0], count, source.ReadBool());
    }

    /// <summary>Only conditions on whole groups may come before.</summary>
    public override LiveFilter? TryAddFilter(int column, QueryRun run) =>
        Keys.Contains(column) ? Input.TryAddFilter(column, run) : null;

    public override void WantCodes(int column, QueryRun run) => Input.WantCodes(column, run);

    public override Operator Start(PipelineContext context, Operator next) =>
        new BestOfGroupOperator(this, context, next);
}

/// <summary>
/// Keeps the smallest codes of every group and lets rows pass that are not above all of them. It gives up where groups
/// are too many or too small for it to pay, and when memory is short.
/// </summary>
internal sealed unsafe class BestOfGroupOperator : Operator
{
    private const int MostGroups = 1 << 20;
    // It is looked so often whether rows are left out at all; not before groups have had the chance to fill.
    private const int RowsBetweenLooks = 1 << 16;
    private const int FirstLookRows = 1 << 18;
    private const int MostFillingRows = 1 << 22;
    private const double MostPassing = 0.75;
    private const long HeadroomBytes = 1 << 20;

    private readonly BestOfGroupNode _node;
    private readonly RowCompactor _compactor = new();
    private readonly ColumnVector[] _keys;
    private readonly bool[] _wanted;
    private readonly MemoryAccount _account;
    private readonly SpillGauge _gauge;
    private readonly OrderCodes _codes;
    private readonly bool _keepsTies;
    private GroupTable? _groups;
    private NativeBuffer? _best;
    private int _begun;
    private long _rows;
    private long _lookedRows;
    private long _passed;

    public BestOfGroupOperator(BestOfGroupNode node, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _keys = new ColumnVector[node.Keys.Count];
        _wanted = new bool[node.Input.Output.Count];
        foreach (int key in node.Keys) _wanted[key] = true;
        _wanted[node.Order.Column] = true;
        _account = context.CreateAccount("best of groups");
        _gauge = new SpillGauge(context.Run, _account);
        _codes = new OrderCodes(node.Input.Output[node.Order.Column].Type, node.Order, _account);
        _keepsTies = node.KeepsTies || !_codes.IsExact;
        _groups = new GroupTable([.. node.Keys.Map(k => node.Input.Output[k].Type)], _account);
    }

    public override Flow Push(Batch batch)
    {
        if (_groups is not null && !Pays()) GiveUp();
        if (_groups is null) return Next.Push(batch);
        ColumnVector[] columns = _compactor.Compact(batch, _wanted);
        int count = _compactor.Count;
        if (count == 0) return Flow.More;
        for (int k = 0; k < _keys.Length; k++) _keys[k] = columns[_node.Keys[k]];
        uint* groups = stackalloc uint[Batch.MaxRows];
        _groups.Find(_keys, count, groups);
        BeginGroups();
        ulong* passes = stackalloc ulong[Batch.MaxRows / 64];
        int passed = Test(groups, _codes.Of(columns[_node.Order.Column], count), count, passes);
        _rows += count;
        _passed += passed;
        if (passed == 0) return Flow.More;
        if (passed < count) Narrow(batch, passes);
        return Next.Push(batch);
    }

    public override void Dispose()
    {
        GiveUp();
        _codes.Dispose();
        _gauge.Dispose();
        _compactor.Dispose();
    }

    /// <summary>Marks the rows that may be wanted, and keeps their codes.</summary>
    private int Test(uint* groups, ulong* codes, int count, ulong* passes)
    {
        int kept = _node.Count, passed = 0;
        ulong* best = (ulong*)_best!.Pointer;
        new Span<ulong>(passes, (count + 63) / 64).Clear();
        for (int i = 0; i < count; i++)
        {
            ulong* own = best + ((long)groups[i] * kept);
            ulong code = codes[i], last = own[kept - 1];
            if (code >= last)
            {
                // The first and the last code are shared by different values, the last by places that are still free.
                bool isTie = code == last && (_keepsTies || last is 0 or ulong.MaxValue);
                if (!isTie) continue;
            }
            else
            {
                int place = kept - 1;
                for (; place > 0 && own[place - 1] > code; place--) own[place] = own[place - 1];
                own[place] = code;
            }
            passes[i >> 6] |= 1UL << i;
            passed++;
        }
        return passed;
    }

    /// <summary>
    /// Takes the rows that do not pass out of the batch; its i-th row that counts is the i-th tested.
    /// </summary>
    private static void Narrow(Batch batch, ulong* passes)
    {
        if (!batch.IsMasked)
        {
            batch.BeginMask().And(passes);
            return;
        }
        RowMask mask = batch.Mask;
        int tested = 0;
        for (int w = 0; w < mask.WordCount; w++)
        {
            ulong kept = 0;
            for (ulong rest = mask.Words[w]; rest != 0; rest &= rest - 1, tested++)
            {
                if (Bitmap.IsSet(passes, tested)) kept |= rest & (0 - rest);
            }
            mask.Words[w] = kept;
        }
    }

    /// <summary>Gives new groups free places; group 0 is nobody's.</summary>
    private void BeginGroups()
    {
        int needed = _groups!.Count + 1;
        if (needed <= _begun) return;
        long rowBytes = (long)_node.Count * sizeof(ulong);
        if (_best is null || needed * rowBytes > _best.Length)
        {
            NativeBuffer grown = NativeBuffer.Allocate(
                rowBytes * Math.Max(1024, (long)BitOperations.RoundUpToPowerOf2((uint)needed)), _account);
            if (_best is not null) Buffer.MemoryCopy(_best.Pointer, grown.Pointer, grown.Length, _begun * rowBytes);
            _best?.Release();
            _best = grown;
        }
        new Span<ulong>(_best.Pointer + (_begun * rowBytes), (needed - _begun) * _node.Count).Fill(ulong.MaxValue);
        _begun = needed;
    }

    private bool Pays()
    {
        // A table that grows needs its size again.
        if (_gauge.MustSpill(_groups!.Count, _account.UsedBytes + HeadroomBytes)) return false;
        if (_groups.Count > MostGroups) return false;
        if (_rows < Math.Max(FirstLookRows, _lookedRows + RowsBetweenLooks)) return true;
        bool isFirst = _lookedRows == 0;
        bool passesMost = _passed > (_rows - _lookedRows) * MostPassing;
        _lookedRows = _rows;
        _passed = 0;
        // Groups of one row never fill; larger ones pass most rows until they have filled.
        if (isFirst) return _rows >= 2L * _groups.Count;
        return !passesMost || _rows < Math.Min(4L * _node.Count * _groups.Count, MostFillingRows);
    }

    private void GiveUp()
    {
        _groups?.Dispose();
        _best?.Release();
        _groups = null;
        _best = null;
        _gauge.End();
    }
}
