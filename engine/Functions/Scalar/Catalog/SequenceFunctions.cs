using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using static ColFrag.Engine.Functions.Scalar.Catalog.CatalogFunctions;
using static ColFrag.Engine.Functions.Scalar.Catalog.SystemFunction;

namespace ColFrag.Engine.Functions.Scalar.Catalog;

/// <summary>Functions over sequences.</summary>
internal static class SequenceFunctions
{
    private static readonly LogicalType s_text = LogicalType.Varchar;
    private static readonly LogicalType s_value = LogicalType.BigInt;
    private static readonly FunctionInfo s_next = new("nextval", "The next value of a sequence.")
    {
        Category = "Catalog",
        Flags = FunctionFlags.Volatile | FunctionFlags.CanThrow | FunctionFlags.StaysHere,
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_next, [s_text], _ => new NextValue()),
        Make("currval", "What this session got last from a sequence.", s_value, [s_text],
            (s, v) => Value.BigInt(CatalogOf(s).Sequences.Current(v[0].AsText))),
        Make("lastval", "What this session got last from any sequence.", s_value, [],
            (s, _) => Value.BigInt(CatalogOf(s).Sequences.Last())),
        Make("setval", "Moves a sequence; the value counts as given.", s_value, [s_text, s_value],
            (s, v) => Move(s, v[0], v[1], isGiven: true)),
        Make("setval", "Moves a sequence; false makes the value the next one.", s_value,
            [s_text, s_value, LogicalType.Boolean], (s, v) => Move(s, v[0], v[1], v[2].AsBoolean)),
        Make("pg_get_serial_sequence", "The sequence that goes with a column of a table.", s_text, [s_text, s_text],
            (s, v) => CatalogOf(s).Sequences.OwnedBy(v[0].AsText, v[1].AsText) is { } name
                ? Value.Text(name)
                : Value.Null(s_text)),
    ];

    private static ScalarOverload Make(
        string name, string description, LogicalType result, LogicalType[] types,
        Func<SessionInfo, Value[], Value> apply) =>
        MakeSystemCall(name, description, result, types, apply, isVolatile: true);

    private static Value Move(SessionInfo session, Value name, Value value, bool isGiven)
    {
        CatalogOf(session).Sequences.Move(name.AsText, (long)value.AsInteger, isGiven);
        return value;
    }

    /// <summary>Values for all rows of a batch at once, where they are of one sequence.</summary>
    private sealed class NextValue() : ScalarFunction(s_next, [s_text], s_value)
    {
        public override void Evaluate(
            ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
        {
            ISequences sequences = CatalogOf(context.Session).Sequences;
            ColumnVector names = arguments[0];
            int wanted = 0;
            string? only = null;
            bool isOne = true;
            for (int r = 0; r < count; r++)
            {
                if ((context.Mask is { } mask && !mask[r]) || !names.IsValid(r)) continue;
                wanted++;
                string name = names.Shape == VectorShape.Constant && only is not null ? only
                    : names.GetValue(r).AsText;
                only ??= name;
                isOne &= name == only;
            }
            long[] given = new long[wanted];
            if (isOne && wanted > 0) sequences.Next(only!, given);
            Value[] values = new Value[count];
            int next = 0;
            for (int r = 0; r < count; r++)
            {
                if ((context.Mask is { } mask && !mask[r]) || !names.IsValid(r))
                {
                    values[r] = Value.Null(s_value);
                    continue;
                }
                if (!isOne) sequences.Next(names.GetValue(r).AsText, given.AsSpan(next, 1));
                values[r] = Value.BigInt(given[next++]);
            }
            VectorBuilder.Build(result, values, context.Text);
            result.Count = count;
            context.EndText(result);
        }
    }
}
