using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>A condition as a value: true where one mask passes, false where its opposite does, else NULL.</summary>
internal sealed unsafe class BooleanEvaluator(MaskExpression isTrue, MaskExpression? isFalse, MemoryAccount account)
    : ScalarEvaluator(LogicalType.Boolean)
{
    private readonly ColumnVector _result = new(LogicalType.Boolean, account);
    private readonly RowMask _true = new();
    private readonly RowMask _false = new();

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        Select(_true, rows, count);
        isTrue.AndInto(batch, _true);
        _result.ResetFlat();
        _result.Count = count;
        Bitmap.ToBytes(_true.Words, count, _result.Data);
        if (isFalse is null) return _result;
        Select(_false, rows, count);
        Bitmap.AndNot(_false.Words, _true.Words, count);
        isFalse.AndInto(batch, _false);
        ulong* validity = _result.BeginValidity();
        for (int w = 0; w < _true.WordCount; w++) validity[w] = _true.Words[w] | _false.Words[w];
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _true.Dispose();
        _false.Dispose();
    }

    private static void Select(RowMask mask, RowMask? rows, int count)
    {
        if (rows is null) mask.SetAll(count);
        else mask.CopyFrom(rows);
    }
}
