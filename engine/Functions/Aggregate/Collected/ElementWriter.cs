using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>Writes elements that aggregates kept into a vector, one after another.</summary>
internal readonly unsafe ref struct ElementWriter
{
    private readonly ElementFormat _format;
    private readonly ColumnVector _target;
    private readonly AggregateContext _context;
    private readonly Value[] _nested;
    private readonly int _capacity;

    /// <summary>Resets the vector for so many elements.</summary>
    public ElementWriter(ElementFormat format, ColumnVector target, int count, AggregateContext context)
    {
        _format = format;
        _target = target;
        _context = context;
        _capacity = Math.Max(count, 1);
        _nested = format.Type.IsNested ? new Value[count] : [];
        target.ResetFlat(_capacity);
        target.Count = count;
    }

    /// <summary>Writes an element.</summary>
    public void Set(int row, byte* element)
    {
        if (_format.Type.IsNested)
        {
            _nested[row] = _format.ToValue(element);
        }
        else if (_format.IsView)
        {
            // The arena of states may go before the result does.
            ReadOnlySpan<byte> text = ((Utf8View*)element)->Span;
            ((Utf8View*)_target.Data)[row] = new Utf8View(_context.ResultText.Copy(text), text.Length);
        }
        else
        {
            _format.CopyNumber(element, _target.Data + ((long)row * _format.SizeBytes));
        }
    }

    /// <summary>Writes NULL.</summary>
    public void SetNull(int row)
    {
        if (_format.Type.IsNested)
        {
            _nested[row] = Value.Null(_format.Type);
            return;
        }
        _target.SetNull(row, _capacity);
        int size = _target.Lane.SizeBytes();
        new Span<byte>(_target.Data + ((long)row * size), size).Clear();
    }

    /// <summary>Ends the vector; its text stays alive with it.</summary>
    public void End()
    {
        if (_format.Type.IsNested) VectorBuilder.Build(_target, _nested, _context.ResultText);
        KeepText(_target, _context.ResultText);
    }

    /// <summary>Keeps the text of a vector and its children alive.</summary>
    public static void KeepText(ColumnVector vector, Arena text)
    {
        if (vector.Type.Physical == PhysicalType.Utf8)
        {
            foreach (NativeBuffer block in text.Blocks) vector.KeepAlive(block);
        }
        foreach (ColumnVector child in vector.Children) KeepText(child, text);
    }
}
