using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// CASE: each condition is tested on the rows that no condition before took, each result is computed for its rows only.
/// Where all results are constants the vector is codes into them.
/// </summary>
internal sealed unsafe class CaseEvaluator : ScalarEvaluator
{
    private readonly MaskExpression[] _conditions;
    private readonly ScalarEvaluator[] _results;
    private readonly ColumnVector _result;
    private readonly ColumnVector _flat;
    private readonly RowMask _left = new();
    private readonly RowMask _taken = new();
    private readonly VectorDictionary? _constants;
    private readonly byte[] _codes;
    private readonly Value[]? _nested;
    private readonly Arena _nestedText;

    /// <summary>There is one more result than there are conditions: the one of ELSE.</summary>
    public CaseEvaluator(MaskExpression[] conditions, ScalarEvaluator[] results, MemoryAccount account)
        : base(results[0].Type)
    {
        _conditions = conditions;
        _results = results;
        _result = new ColumnVector(Type, account);
        _flat = new ColumnVector(Type, account);
        _codes = new byte[results.Length];
        _constants = CollectConstants(account);
        _nestedText = new Arena(account, 256);
        // Lists of several branches share one child vector; they are rare enough to go value by value.
        if (Type.IsNested) _nested = new Value[Batch.MaxRows];
    }

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        if (rows is null) _left.SetAll(count);
        else _left.CopyFrom(rows);
        if (_constants is null) _result.ResetFlat();
        else _result.ResetDictionary(PhysicalType.UInt8, _constants);
        _result.Count = count;
        new Span<byte>(_result.Data, count * _result.Lane.SizeBytes()).Clear();
        _nested?.AsSpan(0, count).Fill(Value.Null(Type));
        for (int i = 0; i < _conditions.Length && !_left.IsEmpty; i++)
        {
            _taken.CopyFrom(_left);
            _conditions[i].AndInto(batch, _taken);
            if (_taken.IsEmpty) continue;
            Bitmap.AndNot(_left.Words, _taken.Words, count);
            Take(i, batch, _taken);
        }
        if (!_left.IsEmpty) Take(_conditions.Length, batch, _left);
        if (_nested is not null) BuildNested(count);
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _flat.Dispose();
        _left.Dispose();
        _taken.Dispose();
        _nestedText.Dispose();
    }

    private VectorDictionary? CollectConstants(MemoryAccount account)
    {
        if (Type.IsNested || Type.Kind == TypeKind.Null || _results.Length > byte.MaxValue) return null;
        List<Value> values = [];
        for (int i = 0; i < _results.Length; i++)
        {
            if (_results[i] is not ConstantEvaluator constant) return null;
            if (constant.Value.IsNull) continue;
            int code = values.IndexOf(constant.Value);
            if (code < 0)
            {
                code = values.Count;
                values.Add(constant.Value);
            }
            _codes[i] = (byte)code;
        }
        if (values.Count == 0) return null;
        ColumnVector entries = new(Type, account);
        using Arena text = new(account, 256);
        VectorBuilder.Build(entries, values.ToArray(), text);
        foreach (NativeBuffer block in text.Blocks) entries.KeepAlive(block);
        return new VectorDictionary(entries, isSorted: false);
    }

    private void Take(int branch, Batch batch, RowMask rows)
    {
        if (_constants is not null)
        {
            if (((ConstantEvaluator)_results[branch]).Value.IsNull) SetNulls(rows);
            else if (_codes[branch] != 0) FillCode(_codes[branch], rows);
            return;
        }
        ColumnVector source = _results[branch].Evaluate(batch, rows);
        if (source.IsAllNull() || Type.Kind == TypeKind.Null)
        {
            SetNulls(rows);
            return;
        }
        if (source.Shape != VectorShape.Flat)
        {
            source.Flatten(_flat);
            source = _flat;
        }
        if (_nested is not null)
        {
            for (int row = 0; row < rows.Count; row++)
            {
                if (rows[row]) _nested[row] = source.GetValue(row);
            }
            return;
        }
        _result.KeepAliveFrom(source);
        switch (_result.Lane.SizeBytes())
        {
            case 1: Copy((byte*)source.Data, rows, (byte*)_result.Data); break;
            case 2: Copy((ushort*)source.Data, rows, (ushort*)_result.Data); break;
            case 4: Copy((uint*)source.Data, rows, (uint*)_result.Data); break;
            case 8: Copy((ulong*)source.Data, rows, (ulong*)_result.Data); break;
            default: Copy((UInt128*)source.Data, rows, (UInt128*)_result.Data); break;
        }
        if (!source.HasNulls) return;
        ulong* validity = _result.HasNulls ? _result.Validity : _result.BeginValidity();
        for (int w = 0; w < rows.WordCount; w++) validity[w] &= source.Validity[w] | ~rows.Words[w];
    }

    private void BuildNested(int count)
    {
        _nestedText.Reset();
        VectorBuilder.Build(_result, _nested.AsSpan(0, count), _nestedText);
        foreach (NativeBuffer block in _nestedText.Blocks) _result.KeepAlive(block);
    }

    private void SetNulls(RowMask rows)
    {
        if (_nested is not null) return;
        ulong* validity = _result.HasNulls ? _result.Validity : _result.BeginValidity();
        Bitmap.AndNot(validity, rows.Words, rows.Count);
    }

    private void FillCode(byte code, RowMask rows)
    {
        byte* bytes = stackalloc byte[Batch.MaxRows];
        Bitmap.ToBytes(rows.Words, rows.Count, bytes);
        ElementWise.ApplyUnary<byte, Negate<byte>>(bytes, rows.Count, bytes);
        ElementWise.Apply<byte, BitAnd<byte>>(bytes, code, rows.Count, bytes);
        // The rows still have code 0: no other branch took them.
        ElementWise.Apply<byte, BitOr<byte>>(_result.Data, bytes, rows.Count, _result.Data);
    }

    private static void Copy<T>(T* source, RowMask rows, T* target) where T : unmanaged
    {
        for (int w = 0; w < rows.WordCount; w++)
        {
            ulong word = rows.Words[w];
            int first = w << 6;
            if (word == ulong.MaxValue)
            {
                new ReadOnlySpan<T>(source + first, 64).CopyTo(new Span<T>(target + first, 64));
                continue;
            }
            for (; word != 0; word &= word - 1)
            {
                int row = first + BitOperations.TrailingZeroCount(word);
                target[row] = source[row];
            }
        }
    }
}
