using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>Bytes that a state keeps in its context's arena; replaced in place while they fit. 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TextSlot
{
    private byte* _bytes;
    private int _length;
    private int _capacity;

    /// <summary>True when bytes were set, be it none.</summary>
    public readonly bool HasValue => _bytes is not null;

    public readonly ReadOnlySpan<byte> Bytes => new(_bytes, _length);

    /// <summary>Replaces the bytes by a copy of these.</summary>
    public void Set(ReadOnlySpan<byte> bytes, AggregateContext context)
    {
        if (bytes.Length > _capacity || _bytes is null)
        {
            // Room to grow, since the next better text is often a little longer.
            _capacity = Math.Max(16, bytes.Length + (bytes.Length / 4));
            _bytes = context.Arena.Allocate(_capacity, 1);
        }
        bytes.CopyTo(new Span<byte>(_bytes, _capacity));
        _length = bytes.Length;
    }

    /// <summary>
    /// A copy that lives as long as the result: the arena of states may go before. False where there is none.
    /// </summary>
    public readonly bool TryFinish(AggregateContext context, out ReadOnlySpan<byte> result)
    {
        result = new ReadOnlySpan<byte>(context.ResultText.Copy(Bytes), _length);
        return HasValue;
    }

    /// <summary>The bytes as a partial column, NULL for none.</summary>
    public readonly void WritePartial(in PartialWriter target)
    {
        target.SetBytes(0, Bytes);
        if (!HasValue) target.SetNull(0);
    }
}
