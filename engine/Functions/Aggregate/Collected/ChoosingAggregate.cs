using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>Which row of a group is kept.</summary>
internal enum Choice : byte
{
    /// <summary>The first, be its value NULL.</summary>
    First,
    /// <summary>The last, be its value NULL.</summary>
    Last,
    /// <summary>The first that has a value.</summary>
    Any,
    /// <summary>The one with the smallest key; neither is NULL.</summary>
    SmallestKey,
    /// <summary>The one with the largest key; neither is NULL.</summary>
    LargestKey,
}

/// <summary>first, last, any_value, arg_min and arg_max: a value of one row of the group.</summary>
internal sealed unsafe class ChoosingAggregate : IAggregateKernel
{
    private readonly Choice _choice;
    private readonly ElementFormat _value;
    private readonly ElementFormat? _key;

    public ChoosingAggregate(Choice choice, LogicalType type, LogicalType? keyType)
    {
        _choice = choice;
        ResultType = type;
        _value = new ElementFormat(type);
        _key = keyType is null ? null : new ElementFormat(keyType);
        // A state that chose nothing is told from one that chose NULL.
        PartialTypes = keyType is null ? [LogicalType.Boolean, type] : [LogicalType.Boolean, type, keyType];
    }

    public static IEnumerable<AggregateOverload> Overloads =>
    [
        One("first", "The value of the first row.", ["arbitrary"], Choice.First),
        One("last", "The value of the last row.", [], Choice.Last),
        One("any_value", "The first value that is not NULL.", [], Choice.Any),
        Two("arg_min", "The first argument where the second is smallest.", ["min_by", "argmin"], Choice.SmallestKey,
            "arg_min('a', 1)"),
        Two("arg_max", "The first argument where the second is largest.", ["max_by", "argmax"], Choice.LargestKey,
            "arg_max('a', 1)"),
    ];

    public LogicalType ResultType { get; }

    public int StateSizeBytes => sizeof(State);

    public IReadOnlyList<LogicalType> PartialTypes { get; }

    public void Initialize(byte* state) => *(State*)state = default;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        ColumnVector value = context.Flat(0, arguments[0]);
        ColumnVector? key = _key is null ? null : context.Flat(1, arguments[1]);
        for (int row = 0; row < count; row++)
        {
            if (states[row] is not null) Add((State*)states[row], value, key, row, context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        ColumnVector value = context.Flat(0, arguments[0]);
        ColumnVector? key = _key is null ? null : context.Flat(1, arguments[1]);
        for (int w = 0; w < (count + 63) >> 6; w++)
        {
            ulong word = RowWords.Word(w, count, mask is null ? null : mask.Words, null);
            for (; word != 0; word &= word - 1)
            {
                Add((State*)state, value, key, (w << 6) + BitOperations.TrailingZeroCount(word), context);
            }
        }
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++)
        {
            State* source = (State*)sources[i];
            State* target = (State*)targets[i];
            if (!source->Value.IsSet) continue;
            bool replaces = !target->Value.IsSet || _choice switch
            {
                Choice.Last => true,
                Choice.SmallestKey => source->Key.CompareTo(_key!, target->Key) < 0,
                Choice.LargestKey => source->Key.CompareTo(_key!, target->Key) > 0,
                _ => false,
            };
            if (replaces) *target = *source;
        }
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        context.BeginResultText();
        ElementWriter writer = new(_value, result, count, context);
        for (int i = 0; i < count; i++) ((State*)states[i])->Value.WriteTo(writer, i);
        writer.End();
    }

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context)
    {
        Finish(states, count, into[1], context);
        into[0].ResetFlat(Math.Max(count, 1));
        into[0].Count = count;
        for (int i = 0; i < count; i++) into[0].Data[i] = ((State*)states[i])->Value.IsSet ? (byte)1 : (byte)0;
        if (_key is null) return;
        ElementWriter writer = new(_key, into[2], count, context);
        for (int i = 0; i < count; i++) ((State*)states[i])->Key.WriteTo(writer, i);
        writer.End();
    }

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        ColumnVector isSet = context.Flat(2, partials[0]);
        ColumnVector value = context.Flat(0, partials[1]);
        ColumnVector? key = _key is null ? null : context.Flat(1, partials[2]);
        for (int i = 0; i < count; i++)
        {
            bool counts = states[i] is not null && isSet.Data[isSet.IsConstant ? 0 : i] != 0;
            if (counts) Add((State*)states[i], value, key, i, context);
        }
    }

    private void Add(State* state, ColumnVector value, ColumnVector? key, int row, AggregateContext context)
    {
        switch (_choice)
        {
            case Choice.First when state->Value.IsSet:
            case Choice.Any when state->Value.IsSet || !value.IsValid(row):
                return;
            case Choice.SmallestKey or Choice.LargestKey:
                if (!value.IsValid(row) || !key!.IsValid(row)) return;
                if (state->Value.IsSet)
                {
                    int order = state->Key.CompareTo(_key!, key, row);
                    if (_choice == Choice.SmallestKey ? order <= 0 : order >= 0) return;
                }
                state->Key.Set(_key!, key, row, context);
                break;
        }
        state->Value.Set(_value, value, row, context);
    }

    private static AggregateOverload One(string name, string description, string[] aliases, Choice choice) =>
        AggregateEntries.Unary(
        new FunctionInfo(name, description)
        {
            Category = "Aggregates", Aliases = aliases, Example = $"{name}(7)", Returns = "7",
            Flags = FunctionFlags.HandlesNulls,
        },
        AggregateShape.Other, ParameterPattern.Any, t =>
            new ChoosingAggregate(choice, t, null), isOrderSensitive: true);

    private static AggregateOverload Two(
        string name, string description, string[] aliases, Choice choice, string example) =>
        AggregateEntries.Many(
            new FunctionInfo(name, description) { Category =
                "Aggregates", Aliases = aliases, Example = example, Returns = "a" },
            [ParameterPattern.Any, ParameterPattern.Any], (t, _) =>
                new ChoosingAggregate(choice, t[0], t[1]), isOrderSensitive: true);

    private struct State
    {
        public KeptValue Value;
        public KeptValue Key;
    }
}
