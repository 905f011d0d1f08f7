using System.Buffers;
using System.Text.Json;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Json;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>json_agg(x) and json_object_agg(name, x): an array, or an object, of the values of a group, NULLs
/// too.</summary>
internal sealed unsafe class JsonAggregate(bool isObject) : IAggregateKernel
{
    private static readonly FunctionInfo s_array = new("json_agg",
        "A JSON array of the values, NULLs as null, in the order of ORDER BY inside the parentheses.")
    {
        Category = "Aggregates", Aliases = ["jsonb_agg", "json_group_array", "json_arrayagg"],
        Example = "json_agg('a')", Returns = "[\"a\"]",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_object = new("json_object_agg", "A JSON object of the names and values.")
    {
        Category = "Aggregates", Aliases = ["jsonb_object_agg", "json_group_object", "json_objectagg"],
        Example = "json_object_agg('a', 1)",
        Returns = "{\"a\":1}", Flags = FunctionFlags.HandlesNulls | FunctionFlags.CanThrow,
    };

    public static IEnumerable<AggregateOverload> Overloads =>
    [
        AggregateEntries.Many(s_array, [ParameterPattern.Any], (_, _) =>
            new JsonAggregate(false), isOrderSensitive: true),
        AggregateEntries.Many(
            s_object, [LogicalType.Varchar, ParameterPattern.Any], (_, _) =>
                new JsonAggregate(true), isOrderSensitive: true),
    ];

    public LogicalType ResultType => LogicalType.Json;

    public int StateSizeBytes => sizeof(GrowingText);

    public IReadOnlyList<LogicalType> PartialTypes { get; } = [LogicalType.Varchar];

    public void Initialize(byte* state) => *(GrowingText*)state = default;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        for (int row = 0; row < count; row++)
        {
            if (states[row] is not null) Add(arguments, row, (GrowingText*)states[row], context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        for (int row = 0; row < count; row++)
        {
            bool counts = mask is null || (mask.Words[row >> 6] >> row & 1) != 0;
            if (counts) Add(arguments, row, (GrowingText*)state, context);
        }
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++)
        {
            GrowingText* source = (GrowingText*)sources[i];
            if (source->HasValue) ((GrowingText*)targets[i])->Add(","u8, source->Text, context);
        }
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context) =>
        Write(states, count, result, context, isWhole: true);

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context) =>
        Write(states, count, into[0], context, isWhole: false);

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++)
        {
            bool counts = states[i] is not null && partials[0].IsValid(i);
            if (counts) ((GrowingText*)states[i])->Add(","u8, partials[0].GetUtf8(i).Span, context);
        }
    }

    private void Add(ReadOnlySpan<ColumnVector> arguments, int row, GrowingText* state, AggregateContext context)
    {
        ArrayBufferWriter<byte> buffer = new(64);
        using (Utf8JsonWriter writer = new(buffer, JsonText.WriterOptions))
        {
            JsonText.WriteValue(writer, arguments[^1].GetValue(row));
        }
        if (!isObject)
        {
            state->Add(","u8, buffer.WrittenSpan, context);
            return;
        }
        if (!arguments[0].IsValid(row))
        {
            throw new Errors.QueryException(
                Errors.SqlStates.InvalidParameterValue, "A name of json_object_agg is NULL");
        }
        ArrayBufferWriter<byte> member = new(64);
        using (Utf8JsonWriter writer =
            new(member, JsonText.WriterOptions)) writer.WriteStringValue(arguments[0].GetUtf8(row).Span);
        state->Add(","u8, [.. member.WrittenSpan, (byte)':', .. buffer.WrittenSpan], context);
    }

    private void Write(byte** states, int count, ColumnVector result, AggregateContext context, bool isWhole)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        context.BeginResultText();
        for (int i = 0; i < count; i++)
        {
            GrowingText* state = (GrowingText*)states[i];
            if (!state->HasValue)
            {
                result.SetNull(i, Math.Max(count, 1));
                ((Utf8View*)result.Data)[i] = default;
                continue;
            }
            Utf8Writer target = new(context.ResultText, state->Text.Length + 2);
            if (isWhole) target.Append(isObject ? (byte)'{' : (byte)'[');
            target.Append(state->Text);
            if (isWhole) target.Append(isObject ? (byte)'}' : (byte)']');
            Lane.Store(result.Data, i, target.End());
        }
        context.EndResultText(result);
    }
}
