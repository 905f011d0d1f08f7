using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// Text that grows in an arena, and how much of its beginning is the separator of its first part, which counts only
/// once
/// something stands before it. 24 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GrowingText
{
    private byte* _bytes;
    private int _length;
    private int _capacity;
    private int _separatorLength;
    private byte _hasValue;

    public readonly bool HasValue => _hasValue != 0;

    /// <summary>The text without the separator in front.</summary>
    public readonly ReadOnlySpan<byte> Text => new(_bytes + _separatorLength, _length - _separatorLength);

    /// <summary>The text with the separator in front.</summary>
    public readonly ReadOnlySpan<byte> WholeText => new(_bytes, _length);

    public readonly int SeparatorLength => _separatorLength;

    /// <summary>Adds a separator and a part.</summary>
    public void Add(ReadOnlySpan<byte> separator, ReadOnlySpan<byte> part, AggregateContext context)
    {
        if (_hasValue == 0) _separatorLength = separator.Length;
        _hasValue = 1;
        Append(separator, context);
        Append(part, context);
    }

    private void Append(ReadOnlySpan<byte> bytes, AggregateContext context)
    {
        long needed = (long)_length + bytes.Length;
        if (needed > _capacity)
        {
            if (needed > Utf8Writer.MaxLength)
            {
                throw new QueryException(SqlStates.ProgramLimitExceeded, $"Text is too long: {needed:N0} bytes");
            }
            int capacity = (int)Math.Min(Utf8Writer.MaxLength, Math.Max(32, Math.Max(needed, _capacity * 2L)));
            byte* grown = context.Arena.Allocate(capacity, 1);
            new ReadOnlySpan<byte>(_bytes, _length).CopyTo(new Span<byte>(grown, capacity));
            _bytes = grown;
            _capacity = capacity;
        }
        bytes.CopyTo(new Span<byte>(_bytes + _length, _capacity - _length));
        _length = (int)needed;
    }
}

/// <summary>string_agg(text, separator): NULL texts are left out, a NULL separator is none.</summary>
internal readonly struct StringAggregate : IAggregateOps<GrowingText, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.Varchar, LogicalType.Integer];
    private readonly byte[] _separator;

    private StringAggregate(byte[] separator) => _separator = separator;

    private static FunctionInfo Info => new("string_agg",
        "The texts with a separator between them (a comma where none is given), in the order of ORDER BY inside the " +
        "parentheses.")
    {
        Category = "Aggregates", Aliases = ["group_concat", "listagg"], Example = "string_agg('a', '-')", Returns = "a",
    };

    public static IEnumerable<AggregateOverload> Overloads =>
    [
        AggregateEntries.Many(Info, [LogicalType.Varchar], (t, _) => Create(t, ","u8), isOrderSensitive: true),
        AggregateEntries.Many(
            Info, [LogicalType.Varchar, LogicalType.Varchar], (t, c) => Create(t, c[0].IsNull ? default : c[0].AsBytes),
            constantCount: 1, isOrderSensitive: true),
    ];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref GrowingText state, ReadOnlySpan<byte> value, AggregateContext context) =>
        state.Add(_separator, value, context);

    public void Combine(ref GrowingText target, in GrowingText source, AggregateContext context)
    {
        if (source.HasValue) target.Add(source.WholeText[..source.SeparatorLength], source.Text, context);
    }

    public unsafe bool Finish(in GrowingText state, AggregateContext context, out ReadOnlySpan<byte> result)
    {
        // The arena of states may go before the result does.
        result = new ReadOnlySpan<byte>(context.ResultText.Copy(state.Text), state.Text.Length);
        return state.HasValue;
    }

    public void WritePartial(in GrowingText state, in PartialWriter target, AggregateContext context)
    {
        target.SetBytes(0, state.WholeText);
        target.Set(1, state.SeparatorLength);
        if (!state.HasValue) target.SetNull(0);
    }

    public void MergePartial(ref GrowingText state, in PartialReader source, AggregateContext context)
    {
        if (source.IsNull(0)) return;
        ReadOnlySpan<byte> whole = source.Get<ReadOnlySpan<byte>>(0);
        int separator = Math.Clamp(source.Get<int>(1), 0, whole.Length);
        state.Add(whole[..separator], whole[separator..], context);
    }

    private static UnaryAggregate<StringAggregate, GrowingText, ReadOnlySpan<byte>, ReadOnlySpan<byte>> Create(
        LogicalType[] types, ReadOnlySpan<byte> separator) => new(types[0], new StringAggregate(separator.ToArray()));
}
