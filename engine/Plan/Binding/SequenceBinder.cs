using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>What CREATE SEQUENCE, ALTER SEQUENCE and IDENTITY say, as definitions of sequences.</summary>
internal static class SequenceBinder
{
    private static readonly Dictionary<string, LogicalType> s_serials = new(StringComparer.Ordinal)
    {
        ["smallserial"] = LogicalType.SmallInt, ["serial2"] = LogicalType.SmallInt,
        ["serial"] = LogicalType.Integer, ["serial4"] = LogicalType.Integer,
        ["bigserial"] = LogicalType.BigInt, ["serial8"] = LogicalType.BigInt,
    };

    /// <summary>The type of a column that SERIAL or the like stands for; null for any other name.</summary>
    public static LogicalType? SerialType(Syntax.TypeName? type) =>
        type is Syntax.SimpleTypeName { Name: { Parts.Count: 1, Last.Name: var name } }
            ? s_serials.GetValueOrDefault(name)
            : null;

    /// <summary>The definition that options make of a new sequence.</summary>
    /// <exception cref="QueryException">22023: they contradict each other.</exception>
    public static SequenceDefinition Create(Syntax.SequenceOptions? options, LogicalType? type, BindingContext context)
    {
        options ??= new Syntax.SequenceOptions();
        LogicalType own = options.Type is null
            ? type ?? LogicalType.BigInt
            : TypeOf(options.Type, context);
        long increment = options.Increment ?? 1;
        return Check(
            new SequenceDefinition(own, 0) with
            {
                Increment = increment,
                Minimum = options.Minimum ?? LeastOf(own, increment),
                Maximum = options.Maximum ?? MostOf(own, increment),
                IsCycling = options.IsCycling ?? false,
                Cache = options.Cache ?? 1,
            },
            options);
    }

    /// <summary>The definition that options make of another one.</summary>
    /// <exception cref="QueryException">22023: they contradict each other.</exception>
    public static SequenceDefinition Alter(
        SequenceDefinition old, Syntax.SequenceOptions options, BindingContext context)
    {
        LogicalType type = options.Type is null ? old.Type : TypeOf(options.Type, context);
        long increment = options.Increment ?? old.Increment;
        // A limit that was the old type's own becomes the new type's.
        long minimum = old.Minimum == LeastOf(old.Type, old.Increment) || options.NoMinimum
            ? LeastOf(type, increment) : old.Minimum;
        long maximum = old.Maximum == MostOf(old.Type, old.Increment) || options.NoMaximum
            ? MostOf(type, increment) : old.Maximum;
        return Check(
            old with
            {
                Type = type,
                Increment = increment,
                Minimum = options.Minimum ?? minimum,
                Maximum = options.Maximum ?? maximum,
                IsCycling = options.IsCycling ?? old.IsCycling,
                Cache = options.Cache ?? old.Cache,
            },
            options with { Start = options.Start ?? old.Start });
    }

    /// <summary>Refuses a value that the sequence cannot have.</summary>
    /// <exception cref="QueryException">22023: it is beyond a limit.</exception>
    public static void RequireInside(SequenceDefinition definition, long value, string what, int position)
    {
        if (value < definition.Minimum)
        {
            throw Invalid($"{what} value ({value}) cannot be less than MINVALUE ({definition.Minimum})", position);
        }
        if (value > definition.Maximum)
        {
            throw Invalid($"{what} value ({value}) cannot be greater than MAXVALUE ({definition.Maximum})", position);
        }
    }

    private static SequenceDefinition Check(SequenceDefinition definition, Syntax.SequenceOptions options)
    {
        int position = options.Position;
        if (definition.Increment == 0) throw Invalid("INCREMENT must not be zero", position);
        if (definition.Cache <= 0) throw Invalid($"CACHE ({definition.Cache}) must be greater than zero", position);
        (long least, long most) = RangeOf(definition.Type);
        if (definition.Maximum < least || definition.Maximum > most)
        {
            throw Invalid(
                $"MAXVALUE ({definition.Maximum}) is out of range for sequence data type {definition.Type}", position);
        }
        if (definition.Minimum < least || definition.Minimum > most)
        {
            throw Invalid(
                $"MINVALUE ({definition.Minimum}) is out of range for sequence data type {definition.Type}", position);
        }
        if (definition.Minimum >= definition.Maximum)
        {
            throw Invalid(
                $"MINVALUE ({definition.Minimum}) must be less than MAXVALUE ({definition.Maximum})", position);
        }
        long start = options.Start ?? (definition.Increment > 0 ? definition.Minimum : definition.Maximum);
        RequireInside(definition, start, "START", position);
        return definition with { Start = start, First = definition.PositionId == 0 ? start : definition.First };
    }

    private static LogicalType TypeOf(Syntax.TypeName name, BindingContext context)
    {
        LogicalType type = TypeBinder.Bind(name, context);
        return type.Kind is TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt
            ? type
            : throw Invalid("Sequence type must be SMALLINT, INTEGER, or BIGINT", name.Position);
    }

    private static long LeastOf(LogicalType type, long increment) => increment > 0 ? 1 : RangeOf(type).Least;

    private static long MostOf(LogicalType type, long increment) => increment > 0 ? RangeOf(type).Most : -1;

    private static (long Least, long Most) RangeOf(LogicalType type) => type.Kind switch
    {
        TypeKind.SmallInt => (short.MinValue, short.MaxValue),
        TypeKind.Integer => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    private static QueryException Invalid(string message, int position) =>
        new(SqlStates.InvalidParameterValue, message, position);
}
