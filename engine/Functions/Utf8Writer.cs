using System.Buffers.Text;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Functions;

/// <summary>
/// Writes one text straight into an arena; the bytes stay where they are written unless the text outgrows its room.
/// </summary>
internal unsafe ref struct Utf8Writer(Arena arena, int firstCapacity = 64)
{
    /// <summary>PostgreSQL's limit of one value, less room for the header it keeps.</summary>
    public const int MaxLength = (1 << 30) - 1;

    private byte* _start = arena.Allocate(firstCapacity, 1);
    private int _capacity = firstCapacity;
    private int _length;

    /// <summary>Bytes written.</summary>
    public readonly int Length => _length;

    /// <summary>What is written so far.</summary>
    public readonly Span<byte> Written => new(_start, _length);

    /// <summary>
    /// Room for at least <paramref name="count"/> bytes; call <see cref="Advance"/> with how many were used.
    /// </summary>
    public Span<byte> Reserve(int count)
    {
        if (count > _capacity - _length) Grow(count);
        return new Span<byte>(_start + _length, _capacity - _length);
    }

    /// <summary>Counts bytes written into <see cref="Reserve"/>'s span.</summary>
    public void Advance(int count) => _length += count;

    public void Append(byte value)
    {
        if (_length == _capacity) Grow(1);
        _start[_length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public void Append(Rune rune) => _length += rune.EncodeToUtf8(Reserve(4));

    /// <summary>Appends UTF-16 text; for names and messages, not per row where bytes are at hand.</summary>
    public void Append(string text) => _length += Encoding.UTF8.GetBytes(text, Reserve(text.Length * 3));

    public void AppendInteger(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        _length += written;
    }

    /// <summary>Appends a number that is not negative with zeros in front, at least so many digits.</summary>
    public void AppendPadded(long value, int digits)
    {
        Span<byte> target = Reserve(20);
        int length = 1;
        for (long rest = value; rest >= 10; rest /= 10) length++;
        length = Math.Max(length, digits);
        for (int i = length - 1; i >= 0; i--)
        {
            target[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
        _length += length;
    }

    public void AppendRepeated(byte value, int count)
    {
        if (count <= 0) return;
        Reserve(count)[..count].Fill(value);
        _length += count;
    }

    /// <summary>Takes back what was written after <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => _length = length;

    /// <summary>The finished text; unused room goes back to the arena.</summary>
    public readonly ReadOnlySpan<byte> End()
    {
        arena.Trim(_start + _length);
        return new ReadOnlySpan<byte>(_start, _length);
    }

    private void Grow(int count)
    {
        long needed = (long)_length + count;
        if (needed > MaxLength)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Text is too long: {needed:N0} bytes, the limit is {MaxLength:N0}");
        }
        int capacity = (int)Math.Min(MaxLength, Math.Max(needed, _capacity * 2L));
        arena.Trim(_start);
        byte* grown = arena.Allocate(capacity, 1);
        if (grown != _start) Written.CopyTo(new Span<byte>(grown, capacity));
        _start = grown;
        _capacity = capacity;
    }
}
