using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>An aggregate that keeps all values of a group and computes from them at the end.</summary>
internal abstract unsafe class CollectingAggregate(LogicalType type, LogicalType resultType, bool keepsNulls)
    : IAggregateKernel
{
    public LogicalType ResultType => resultType;

    public int StateSizeBytes => sizeof(ElementChain);

    public IReadOnlyList<LogicalType> PartialTypes { get; } = [LogicalType.List(type)];

    protected ElementFormat Format { get; } = new(type);

    public void Initialize(byte* state) => *(ElementChain*)state = default;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        if (Format.SizeBytes == sizeof(ulong) && !Format.IsView && !keepsNulls && !argument.IsConstant)
        {
            AddWords(argument, states, count, context);
            return;
        }
        for (int row = 0; row < count; row++)
        {
            if (states[row] is not null) ((ElementChain*)states[row])->AddRow(
                Format, keepsNulls, argument, row, context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        ElementChain* chain = (ElementChain*)state;
        for (int w = 0; w < (count + 63) >> 6; w++)
        {
            ulong word = RowWords.Word(w, count, mask is null ? null : mask.Words, null);
            for (; word != 0; word &= word - 1)
            {
                int row = (w << 6) + System.Numerics.BitOperations.TrailingZeroCount(word);
                chain->AddRow(Format, keepsNulls, argument, row, context);
            }
        }
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++) ((ElementChain*)targets[i])->Append(*(ElementChain*)sources[i]);
    }

    public abstract void Finish(byte** states, int count, ColumnVector result, AggregateContext context);

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context) =>
        WriteLists(states, count, into[0], context);

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        ColumnVector lists = context.Flat(0, partials[0]);
        ColumnVector elements = context.Flat(1, lists.Children[0]);
        for (int i = 0; i < count; i++)
        {
            if (states[i] is null || !lists.IsValid(i)) continue;
            ListView list = ((ListView*)lists.Data)[lists.IsConstant ? 0 : i];
            for (int e = 0; e < list.Length; e++)
            {
                ((ElementChain*)states[i])->AddRow(Format, keepsNulls, elements, list.Offset + e, context);
            }
        }
    }

    /// <summary>Writes a list of its values per state.</summary>
    protected void WriteLists(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        context.BeginResultText();
        long total = 0;
        for (int i = 0; i < count; i++) total += ((ElementChain*)states[i])->Count;
        ElementWriter writer = new(Format, result.Children[0], ElementCopy.CheckCount(total), context);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            ElementChain* chain = (ElementChain*)states[i];
            ((ListView*)result.Data)[i] = new ListView(at, (int)chain->Count);
            chain->WriteTo(writer, at, Format, keepsNulls);
            at += (int)chain->Count;
        }
        writer.End();
    }

    /// <summary>The values of a state side by side; the buffer is the caller's to release.</summary>
    protected NativeBuffer Gather(byte* state, AggregateContext context)
    {
        ElementChain* chain = (ElementChain*)state;
        NativeBuffer buffer = NativeBuffer.Allocate(Math.Max(1, chain->Count * Format.SizeBytes), context.Account);
        chain->CopyTo(buffer.Pointer, Format);
        return buffer;
    }

    /// <summary>The most frequent case: numbers of eight bytes, of which NULLs are left out.</summary>
    private void AddWords(ColumnVector argument, byte** states, int count, AggregateContext context)
    {
        // A group's chain and the end of its block are elsewhere for every row: those of later rows are asked for.
        const int RowsAhead = 12;
        ulong* words = (ulong*)argument.Data;
        for (int row = 0; row < count; row++)
        {
            if (row + RowsAhead < count)
            {
                Kernels.Prefetch.Line(states[row + RowsAhead]);
                byte* near = states[row + (RowsAhead / 2)];
                if (near is not null) ((ElementChain*)near)->PrefetchEnd();
            }
            if (states[row] is null || !argument.IsValid(row)) continue;
            *(ulong*)((ElementChain*)states[row])->Add(Format, keepsNulls: false, context) = words[row];
        }
    }

    /// <summary>Sorts elements side by side.</summary>
    protected void Sort(byte* elements, int count)
    {
        switch (Format.Type.Physical)
        {
            case PhysicalType.Int32: new Span<int>(elements, count).Sort(); break;
            case PhysicalType.Int64: new Span<long>(elements, count).Sort(); break;
            case PhysicalType.Float64: new Span<double>(elements, count).Sort(ValueComparison.CompareFloats); break;
            default: SortBySize(elements, count); break;
        }
    }

    private void SortBySize(byte* elements, int count)
    {
        switch (Format.SizeBytes)
        {
            case 1: new Span<byte>(elements, count).Sort((a, b) => Format.Compare((byte*)&a, (byte*)&b)); break;
            case 2: new Span<ushort>(elements, count).Sort((a, b) => Format.Compare((byte*)&a, (byte*)&b)); break;
            case 4: new Span<uint>(elements, count).Sort((a, b) => Format.Compare((byte*)&a, (byte*)&b)); break;
            case 8: new Span<ulong>(elements, count).Sort((a, b) => Format.Compare((byte*)&a, (byte*)&b)); break;
            default: new Span<UInt128>(elements, count).Sort((a, b) => Format.Compare((byte*)&a, (byte*)&b)); break;
        }
    }
}
