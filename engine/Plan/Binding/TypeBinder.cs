using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Types as written to types as they are.</summary>
internal static class TypeBinder
{
    private const int DefaultPrecision = 18;
    private const int DefaultScale = 3;

    private static readonly Dictionary<string, LogicalType> s_byName = new(StringComparer.Ordinal)
    {
        ["bool"] = LogicalType.Boolean, ["boolean"] = LogicalType.Boolean, ["logical"] = LogicalType.Boolean,
        ["tinyint"] = LogicalType.TinyInt, ["int1"] = LogicalType.TinyInt,
        ["smallint"] = LogicalType.SmallInt, ["int2"] = LogicalType.SmallInt,
        ["int"] = LogicalType.Integer, ["int4"] = LogicalType.Integer, ["integer"] = LogicalType.Integer,
        ["signed"] = LogicalType.Integer, ["int32"] = LogicalType.Integer,
        ["bigint"] = LogicalType.BigInt, ["int8"] = LogicalType.BigInt, ["long"] = LogicalType.BigInt,
        ["oid"] = LogicalType.BigInt, ["int64"] = LogicalType.BigInt,
        ["hugeint"] = LogicalType.HugeInt, ["int128"] = LogicalType.HugeInt,
        ["utinyint"] = LogicalType.UTinyInt, ["uint8"] = LogicalType.UTinyInt,
        ["usmallint"] = LogicalType.USmallInt, ["uint16"] = LogicalType.USmallInt,
        ["uinteger"] = LogicalType.UInteger, ["uint32"] = LogicalType.UInteger,
        ["ubigint"] = LogicalType.UBigInt, ["uint64"] = LogicalType.UBigInt,
        ["real"] = LogicalType.Real, ["float4"] = LogicalType.Real,
        ["double"] = LogicalType.Double, ["float8"] = LogicalType.Double,
        ["date"] = LogicalType.Date, ["time"] = LogicalType.Time,
        ["timetz"] = LogicalType.TimeTz,
        ["timestamp"] = LogicalType.Timestamp, ["datetime"] = LogicalType.Timestamp,
        ["timestamp_us"] = LogicalType.Timestamp,
        ["timestamp_s"] = LogicalType.TimestampSeconds, ["timestamp_ms"] = LogicalType.TimestampMilliseconds,
        ["timestamp_ns"] = LogicalType.TimestampNanoseconds, ["timestamptz"] = LogicalType.TimestampTz,
        ["varchar"] = LogicalType.Varchar, ["text"] = LogicalType.Varchar, ["string"] = LogicalType.Varchar,
        ["char"] = LogicalType.Varchar, ["bpchar"] = LogicalType.Varchar, ["character"] = LogicalType.Varchar,
        ["name"] = LogicalType.Varchar, ["nvarchar"] = LogicalType.Varchar,
        ["blob"] = LogicalType.Blob, ["bytea"] = LogicalType.Blob, ["binary"] = LogicalType.Blob,
        ["varbinary"] = LogicalType.Blob,
        ["bit"] = LogicalType.Bit, ["varbit"] = LogicalType.Bit, ["bitstring"] = LogicalType.Bit,
        ["uuid"] = LogicalType.Uuid, ["guid"] = LogicalType.Uuid,
        ["json"] = LogicalType.Json, ["jsonb"] = LogicalType.Json,
        ["jsonpath"] = LogicalType.Varchar,
        ["regclass"] = LogicalType.Varchar, ["regtype"] = LogicalType.Varchar, ["regproc"] = LogicalType.Varchar,
        ["regnamespace"] = LogicalType.Varchar, ["regoper"] = LogicalType.Varchar,
        ["regoperator"] = LogicalType.Varchar, ["regprocedure"] = LogicalType.Varchar,
        ["regrole"] = LogicalType.Varchar, ["regcollation"] = LogicalType.Varchar,
        ["regconfig"] = LogicalType.Varchar, ["regdictionary"] = LogicalType.Varchar,
    };

    /// <summary>The type that a name means.</summary>
    /// <exception cref="QueryException">42704: there is no such type.</exception>
    public static LogicalType Bind(TypeName type, BindingContext context) => type switch
    {
        SimpleTypeName simple => BindSimple(simple, context),
        IntervalTypeName => LogicalType.Interval,
        ListTypeName { Length: < 1 } => throw new QueryException(
            SqlStates.InvalidParameterValue, "An array has at least one element", type.Position),
        ListTypeName { Length: { } length } array => LogicalType.Array(Bind(array.Element, context), length),
        ListTypeName list => LogicalType.List(Bind(list.Element, context)),
        StructTypeName fields => LogicalType.Struct(
            [.. fields.Fields.Select(f => new Field(f.Name.Spelling, Bind(f.Type, context)))]),
        MapTypeName map => LogicalType.Map(Bind(map.Key, context), Bind(map.Value, context)),
        EnumTypeName labels => BindEnum(labels),
        DomainTypeName domain => Bind(domain.Base, context),
        _ => throw Invariant.Unreachable($"type name {type}"),
    };

    /// <summary>The limit of VARCHAR(n), CHAR(n), BIT(n) and BIT VARYING(n); null for other types.</summary>
    /// <exception cref="QueryException">22023: it is no limit.</exception>
    public static TextLimit? LimitOf(TypeName? type)
    {
        if (type is not SimpleTypeName { Name: { Parts.Count: 1, Last.Name: var name } } simple) return null;
        bool isChar = name is "char" or "character" or "bpchar" or "nchar";
        bool isBits = name is "bit" or "varbit" or "bitstring";
        if (!isChar && !isBits && name is not ("varchar" or "nvarchar")) return null;
        ImmutableArray<long> modifiers = Modifiers(simple);
        if (modifiers.Length > 1)
        {
            throw new QueryException(SqlStates.InvalidParameterValue, "Invalid type modifier", type.Position);
        }
        if (modifiers.IsEmpty) return isChar && name != "bpchar" ? new TextLimit(1, true) : null;
        if (modifiers[0] is < 1 or > TextLimit.Max)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Length of type {name} must be 1 to {TextLimit.Max}", type.Position);
        }
        return new TextLimit((int)modifiers[0], isChar || name == "bit");
    }

    /// <summary>The digits of seconds of TIMESTAMP(n) and TIME(n); null where all are kept.</summary>
    public static int? DigitsOf(TypeName type)
    {
        bool isTime = type is SimpleTypeName { Name.Last.Name: "timestamp" or "timestamptz" or "time" or "timetz" };
        if (!isTime || Modifiers((SimpleTypeName)type) is not [var digits]) return null;
        if (digits < 0)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "Precision of a time must not be negative", type.Position);
        }
        return digits < 6 ? (int)digits : null;
    }

    /// <summary>True for a type that is there without CREATE TYPE.</summary>
    public static bool IsBuiltIn(SimpleTypeName type) =>
        type.Name.Last.Name is "decimal" or "numeric" or "dec" or "float" or "interval"
        || s_byName.ContainsKey(type.Name.Last.Name);

    private static LogicalType BindEnum(EnumTypeName type)
    {
        if (type.Values.Distinct().Count() != type.Values.Count)
        {
            throw new QueryException(SqlStates.DuplicateObject, "Labels of an ENUM must differ", type.Position);
        }
        return LogicalType.Enum([.. type.Values]);
    }

    private static LogicalType BindSimple(SimpleTypeName type, BindingContext context)
    {
        string name = type.Name.Last.Name;
        string? schema = type.Name.Parts.Count > 1 ? type.Name.Parts[type.Name.Parts.Count - 2].Name : null;
        if (schema is null or "pg_catalog")
        {
            switch (name)
            {
                case "decimal" or "numeric" or "dec":
                    return BindDecimal(type);
                case "float":
                    return BindFloat(type);
                case "interval":
                    return LogicalType.Interval;
            }
            if (s_byName.TryGetValue(name, out LogicalType? known)) return known;
        }
        if (context.Catalog.FindType(schema, name) is { } own) return own;
        string? near = Suggestion.Nearest(name, s_byName.Keys.Append("decimal").Append("numeric").Append("interval"));
        throw new QueryException(
            SqlStates.UndefinedObject, $"Type does not exist: \"{name}\"", type.Position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }

    private static LogicalType BindDecimal(SimpleTypeName type)
    {
        ImmutableArray<long> modifiers = Modifiers(type);
        try
        {
            return modifiers.Length switch
            {
                0 => LogicalType.Decimal(DefaultPrecision, DefaultScale),
                1 => LogicalType.Decimal(checked((int)modifiers[0]), 0),
                _ => LogicalType.Decimal(checked((int)modifiers[0]), checked((int)modifiers[1])),
            };
        }
        catch (QueryException error)
        {
            throw error.At(type.Position);
        }
    }

    private static LogicalType BindFloat(SimpleTypeName type) => Modifiers(type) switch
    {
        [] => LogicalType.Double,
        [>= 1 and <= 24] => LogicalType.Real,
        [>= 25 and <= 53] => LogicalType.Double,
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, "Precision of FLOAT must be 1 to 53", type.Position),
    };

    private static ImmutableArray<long> Modifiers(SimpleTypeName type) =>
    [
        .. type.Modifiers.Select(m => m is IntegerLiteral { Value: >= int.MinValue and <= int.MaxValue } literal
            ? literal.Value
            : throw new QueryException(
                SqlStates.InvalidParameterValue, "Type modifiers must be whole numbers", m.Position)),
    ];
}
