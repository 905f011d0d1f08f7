using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>A row per element of some lists, side by side; shorter lists give NULL.</summary>
/// <param name="Input">The rows.</param>
/// <param name="KeptCount">How many of the input's columns, from the first on, are given on.</param>
/// <param name="Lists">Positions of the lists.</param>
/// <param name="HasOrdinality">True when a BIGINT behind the elements counts them from 1.</param>
/// <param name="KeepsEmpty">True when a row without elements gives one row of NULLs.</param>
/// <param name="Columns">The output.</param>
internal sealed record UnnestNode(
    PhysicalNode Input, int KeptCount, PlanList<int> Lists, bool HasOrdinality, bool KeepsEmpty, Schema Columns)
    : StreamingNode(Input)
{
    public override Schema Output => Columns;

    public override string Describe() => $"Unnest {string.Join(", ", Lists.Map(l => Input.Output[l].Name))}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(5);
        target.Write(Columns);
        target.Write(KeptCount);
        target.Write(Lists);
        target.Write(HasOrdinality);
        target.Write(KeepsEmpty);
    }

    public static UnnestNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(5);
        Schema input = source.Only(inputs).Output;
        Schema columns = source.ReadSchema();
        int keptCount = source.ReadPosition(input.Count + 1);
        PlanList<int> lists = source.ReadPositions(input.Count);
        bool hasOrdinality = source.ReadBool();
        source.Check(
            !lists.IsEmpty && lists.All(l => input[l].Type.Element is not null), "type of an unnested column");
        IEnumerable<LogicalType> types = input.Fields.Take(keptCount).Select(f => f.Type)
            .Concat(lists.Select(l => input[l].Type.Element!));
        source.CheckTypes(columns, [.. types, .. hasOrdinality ? (LogicalType[])[LogicalType.BigInt] : []]);
        return new UnnestNode(inputs[0], keptCount, lists, hasOrdinality, source.ReadBool(), columns);
    }

    public override Operator Start(PipelineContext context, Operator next) => new UnnestOperator(this, context, next);
}

/// <summary>Goes through the elements of each row, a batch of output rows at a time.</summary>
internal sealed unsafe class UnnestOperator : Operator
{
    // In place of an element's number: there is none.
    private const int None = -1;
    private readonly UnnestNode _node;
    private readonly Batch _output;
    private readonly Arena _copied;
    private readonly NativeBuffer _elements;
    private Batch? _input;
    private int _row;
    private int _element;

    public UnnestOperator(UnnestNode node, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        MemoryAccount account = context.Run.VectorAccount;
        _output = new Batch([.. node.Columns.Fields.Select(f => new ColumnVector(f.Type, account))]);
        _copied = new Arena(account);
        _elements = NativeBuffer.Allocate((long)node.Lists.Count * Batch.MaxRows * sizeof(int), account);
    }

    public override Flow Push(Batch batch)
    {
        _input = batch;
        _row = 0;
        _element = 0;
        return Continue();
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    public override void Dispose()
    {
        _output.Dispose();
        _copied.Dispose();
        _elements.Release();
    }

    private int* ElementsOf(int list) => (int*)_elements.Pointer + ((long)list * Batch.MaxRows);

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        ushort* rows = stackalloc ushort[Batch.MaxRows];
        long* numbers = stackalloc long[Batch.MaxRows];
        while (true)
        {
            int count = Collect(rows, numbers);
            if (count == 0) break;
            Fill(rows, numbers, count);
            Flow flow = Next.Push(_output);
            if (!flow.IsMore) return flow;
        }
        _input = null;
        return Flow.More;
    }

    /// <summary>
    /// The next output rows: which input row, which elements, which number. 0 at the end of the batch.
    /// </summary>
    private int Collect(ushort* rows, long* numbers)
    {
        int count = 0;
        while (_row < _input!.Count && count < Batch.MaxRows)
        {
            int length = _input.IsMasked && !_input.Mask[_row] ? 0 : LongestOf(_row);
            bool isKeptEmpty = length == 0 && _node.KeepsEmpty && (!_input.IsMasked || _input.Mask[_row]);
            int end = isKeptEmpty ? 1 : length;
            for (; _element < end && count < Batch.MaxRows; _element++, count++)
            {
                rows[count] = (ushort)_row;
                numbers[count] = isKeptEmpty ? 0 : _element + 1;
                for (int l = 0; l < _node.Lists.Count; l++)
                {
                    ListView list = ListAt(l, _row);
                    ElementsOf(l)[count] = _element < list.Length ? list.Offset + _element : None;
                }
            }
            if (_element < end) break;
            _row++;
            _element = 0;
        }
        return count;
    }

    private int LongestOf(int row)
    {
        int longest = 0;
        for (int l = 0; l < _node.Lists.Count; l++) longest = Math.Max(longest, ListAt(l, row).Length);
        return longest;
    }

    private ListView ListAt(int list, int row)
    {
        ColumnVector vector = _input!.Columns[_node.Lists[list]];
        return vector.IsValid(row) ? vector.As<ListView>()[vector.IsConstant ? 0 : row] : default;
    }

    private void Fill(ushort* rows, long* numbers, int count)
    {
        _copied.Reset();
        for (int c = 0; c < _node.KeptCount; c++) _input!.Columns[c].Gather(rows, count, _output.Columns[c]);
        for (int l = 0; l < _node.Lists.Count; l++)
        {
            ColumnVector elements = _input!.Columns[_node.Lists[l]].Children[0];
            FillElements(elements, ElementsOf(l), count, _output.Columns[_node.KeptCount + l]);
        }
        if (_node.HasOrdinality)
        {
            ColumnVector ordinality = _output.Columns[^1];
            ordinality.ResetFlat();
            ordinality.Count = count;
            for (int i = 0; i < count; i++)
            {
                ((long*)ordinality.Data)[i] = numbers[i];
                if (numbers[i] == 0) ordinality.SetNull(i);
            }
        }
        _output.Reset();
        _output.Count = count;
    }

    private void FillElements(ColumnVector source, int* elements, int count, ColumnVector target)
    {
        bool isMissing = false;
        bool isThere = false;
        for (int i = 0; i < count; i++)
        {
            isMissing |= elements[i] == None;
            isThere |= elements[i] != None;
        }
        if (!isThere || source.Type.Kind == TypeKind.Null)
        {
            target.SetAllNull(count);
            return;
        }
        if (!isMissing)
        {
            source.CopyTo(elements, count, target, _copied);
            return;
        }
        // An element that is not there copies any that is, and is NULL.
        int* some = stackalloc int[Batch.MaxRows];
        int any = 0;
        for (int i = 0; i < count; i++) any = elements[i] == None ? any : elements[i];
        for (int i = 0; i < count; i++) some[i] = elements[i] == None ? any : elements[i];
        source.CopyTo(some, count, target, _copied);
        if (target.IsConstant) Unfold(target, count);
        for (int i = 0; i < count; i++)
        {
            if (elements[i] == None) target.SetNull(i);
        }
    }

    private static void Unfold(ColumnVector target, int count)
    {
        using ColumnVector flat = new(target.Type);
        target.Count = count;
        target.Flatten(flat);
        target.ShareFrom(flat);
        // The validity words are shared with nobody who lives on.
        if (target.Validity is not null) VectorCopy.CopyValidity(flat, null, count, target);
    }
}
