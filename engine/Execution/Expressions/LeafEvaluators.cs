using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>A column of the batch, as it is.</summary>
internal sealed class ColumnEvaluator(int index, LogicalType type) : ScalarEvaluator(type)
{
    /// <summary>Position in the batch.</summary>
    public int Index { get; } = index;

    public override ColumnVector Evaluate(Batch batch, RowMask? rows) => batch.Columns[Index];
}

/// <summary>The same value in every row.</summary>
internal sealed class ConstantEvaluator : ScalarEvaluator
{
    private readonly ColumnVector _vector;
    private readonly Arena _text;

    public ConstantEvaluator(Value value, MemoryAccount account) : base(value.Type)
    {
        Value = value;
        _text = new Arena(account, 64);
        _vector = new ColumnVector(value.Type, account);
        VectorBuilder.BuildConstant(_vector, value, 1, _text);
        foreach (NativeBuffer block in _text.Blocks) _vector.KeepAlive(block);
    }

    public Value Value { get; }

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        _vector.Count = batch.Count;
        return _vector;
    }

    public override void Dispose()
    {
        _vector.Dispose();
        _text.Dispose();
    }
}
