using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// A function over whole flat vectors, for what is not one value at a time: lists, structs, any type. Constants are
/// computed once; NULLs and rows that do not count are left out by the bits that <see cref="Run"/> gets.
/// </summary>
internal abstract unsafe class FlatFunction(FunctionInfo info, LogicalType[] argumentTypes, LogicalType resultType)
    : ScalarFunction(info, argumentTypes, resultType)
{
    /// <summary>Number of scratch vectors of the context that this class uses; subclasses count on from here.</summary>
    protected const int FirstScratch = 64;

    public sealed override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        bool isConstant = !IsVolatile;
        foreach (ColumnVector argument in arguments)
        {
            isConstant &= argument.IsConstant;
            if (argument.IsConstant && !HandlesNulls && !argument.IsValid(0))
            {
                result.SetAllNull(count);
                return;
            }
        }
        int rows = isConstant ? 1 : count;
        FlatState state = context.GetState<FlatState>();
        int codes = isConstant || IsVolatile || HandlesNulls ? -1 : CodesAmong(arguments);
        if (codes >= 0 && TryEvaluateEntries(arguments, codes, count, result, state, context)) return;
        ReadOnlySpan<ColumnVector> flat = isConstant ? arguments : state.Flatten(arguments, context);
        Span<ulong> valid = state.BeginValid(rows);
        if (!HandlesNulls)
        {
            foreach (ColumnVector argument in flat)
            {
                if (argument.HasNulls) And(valid, argument.Validity);
            }
        }
        if (CanThrow && context.Mask is { } mask && !isConstant) And(valid, mask.Words);
        result.ResetFlat(Math.Max(rows, 1));
        result.Count = rows;
        // Rows that are left out get no element; an empty view, list or number is safe to touch.
        int size = result.Lane.SizeBytes();
        new Span<byte>(result.Data, rows * size).Clear();
        context.BeginText();
        Run(flat, rows, valid, result, context);
        KeepText(result, context);
        ApplyValidity(valid, rows, result);
        if (!isConstant) return;
        if (rows == 1 && (valid[0] & 1) == 0) result.SetAllNull(count);
        else result.BecomeConstant(count);
    }

    /// <summary>
    /// Computes the rows whose bit is set; clearing a bit gives NULL. The result is reset and zeroed. Text goes to the
    /// context's arena, or is shared with <see cref="ColumnVector.KeepAliveFrom"/>.
    /// </summary>
    protected abstract void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context);

    /// <summary>True where the row counts.</summary>
    protected static bool IsSet(ReadOnlySpan<ulong> bits, int row) => (bits[row >> 6] >> row & 1) != 0;

    /// <summary>Makes a row NULL.</summary>
    protected static void Clear(Span<ulong> bits, int row) => bits[row >> 6] &= ~(1UL << row);

    /// <summary>The elements of a list vector in flat form.</summary>
    protected static ColumnVector Elements(ColumnVector list, int index, FunctionContext context)
    {
        ColumnVector elements = list.Children[0];
        if (elements.Shape == VectorShape.Flat) return elements;
        ColumnVector flat = context.Scratch(FirstScratch + index, elements.Type);
        elements.Flatten(flat);
        return flat;
    }

    /// <summary>The only argument that is no constant, where it holds dictionary codes; else -1.</summary>
    private static int CodesAmong(ReadOnlySpan<ColumnVector> arguments)
    {
        int codes = -1;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].IsConstant) continue;
            if (codes >= 0 || arguments[i].Shape != VectorShape.Dictionary) return -1;
            codes = i;
        }
        return codes;
    }

    /// <summary>
    /// Computes the dictionary entries that occur in rows that count, each once, and gives every row its entry's value;
    /// false where hardly any entry occurs twice.
    /// </summary>
    private bool TryEvaluateEntries(
        ReadOnlySpan<ColumnVector> arguments, int codes, int count, ColumnVector result, FlatState state,
            FunctionContext context)
    {
        ColumnVector column = arguments[codes];
        RowMask? mask = CanThrow ? context.Mask : null;
        (int[] slots, List<int> entries) = state.CountEntries(column, mask, count);
        if (entries.Count > count / 2) return false;
        ColumnVector[] inner = new ColumnVector[arguments.Length];
        for (int i = 0; i < inner.Length; i++)
        {
            inner[i] = context.Scratch(i, arguments[i].Type);
            if (i == codes)
            {
                ElementCopy.Gather(
                    column.Dictionary!.Values, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entries),
                        inner[i]);
                continue;
            }
            int whole = arguments[i].Count;
            arguments[i].Count = entries.Count;
            arguments[i].Flatten(inner[i]);
            arguments[i].Count = whole;
        }
        ColumnVector values = state.Values(ResultType, context);
        Span<ulong> valid = state.BeginValid(entries.Count);
        values.ResetFlat(Math.Max(entries.Count, 1));
        values.Count = entries.Count;
        new Span<byte>(values.Data, entries.Count * values.Lane.SizeBytes()).Clear();
        context.BeginText();
        Run(inner, entries.Count, valid, values, context);
        KeepText(values, context);
        ApplyValidity(valid, entries.Count, values);
        ElementCopy.Gather(values, slots.AsSpan(0, count), result);
        return true;
    }

    private static void And(Span<ulong> bits, ulong* words)
    {
        for (int w = 0; w < bits.Length; w++) bits[w] &= words[w];
    }

    private static void ApplyValidity(ReadOnlySpan<ulong> valid, int count, ColumnVector result)
    {
        if (AreAllSet(valid, count)) return;
        valid.CopyTo(new Span<ulong>(result.BeginValidity(Math.Max(count, 1)), valid.Length));
    }

    private static bool AreAllSet(ReadOnlySpan<ulong> valid, int count)
    {
        int whole = count >> 6;
        if (valid[..whole].IndexOfAnyExcept(ulong.MaxValue) >= 0) return false;
        ulong rest = (1UL << (count & 63)) - 1;
        return (count & 63) == 0 || (valid[whole] & rest) == rest;
    }

    private static void KeepText(ColumnVector vector, FunctionContext context)
    {
        if (vector.Type.Physical == PhysicalType.Utf8) context.EndText(vector);
        foreach (ColumnVector child in vector.Children) KeepText(child, context);
    }

    /// <summary>What a call keeps from batch to batch.</summary>
    private sealed class FlatState : IDisposable
    {
        private readonly List<int> _entries = [];
        private ulong[] _valid = [];
        private ColumnVector[] _flat = [];
        private int[] _slotOfEntry = [];
        private int[] _slots = [];
        private ColumnVector? _values;

        /// <summary>Where the values of entries go.</summary>
        public ColumnVector Values(LogicalType type, FunctionContext context) =>
            _values ??= new ColumnVector(type, context.Account);

        /// <summary>The entries that occur, in order of first rows, and per row the number of its entry in that
        /// list.</summary>
        public (int[] Slots, List<int> Entries) CountEntries(ColumnVector column, RowMask? mask, int count)
        {
            int size = column.Dictionary!.Count;
            if (_slotOfEntry.Length < size) _slotOfEntry = new int[size];
            if (_slots.Length < count) _slots = new int[Math.Max(count, Batch.MaxRows)];
            _entries.Clear();
            for (int row = 0; row < count; row++)
            {
                _slots[row] = ElementCopy.Null;
                if (!column.IsValid(row) || (mask is not null && !mask[row])) continue;
                int entry = (int)column.GetCode(row);
                // Slots count from 1 here, so that 0 means an entry not yet seen.
                if (_slotOfEntry[entry] == 0)
                {
                    _entries.Add(entry);
                    _slotOfEntry[entry] = _entries.Count;
                }
                _slots[row] = _slotOfEntry[entry] - 1;
            }
            foreach (int entry in _entries) _slotOfEntry[entry] = 0;
            return (_slots, _entries);
        }

        public void Dispose() => _values?.Dispose();

        public Span<ulong> BeginValid(int count)
        {
            int words = (count + 63) >> 6;
            if (_valid.Length < words) _valid = new ulong[Math.Max(words, 32)];
            Span<ulong> valid = _valid.AsSpan(0, words);
            valid.Fill(ulong.MaxValue);
            return valid;
        }

        public ReadOnlySpan<ColumnVector> Flatten(ReadOnlySpan<ColumnVector> arguments, FunctionContext context)
        {
            if (_flat.Length != arguments.Length) _flat = new ColumnVector[arguments.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                _flat[i] = arguments[i];
                if (arguments[i].Shape == VectorShape.Flat) continue;
                _flat[i] = context.Scratch(i, arguments[i].Type);
                arguments[i].Flatten(_flat[i]);
            }
            return _flat;
        }
    }
}
