using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>The columns of a system relation, and what a row has where nothing was said: 0, false, NULL.</summary>
internal sealed class SystemColumns
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>Reads <c>name type, name type</c> as relations.txt has it.</summary>
    public SystemColumns(string declaration)
        : this(new Schema(declaration.Split(',').Select(FieldOf)))
    {
    }

    /// <summary>The columns of a schema.</summary>
    public SystemColumns(Schema schema)
    {
        Schema = schema;
        for (int i = 0; i < Schema.Count; i++) _places.Add(Schema[i].Name, i);
        Defaults = [.. Schema.Fields.Select(f => DefaultOf(f.Type))];
    }

    /// <summary>Names and types.</summary>
    public Schema Schema { get; }

    /// <summary>The values of a row of which nothing was said.</summary>
    public IReadOnlyList<Value> Defaults { get; }

    /// <summary>The place of a column.</summary>
    public int PlaceOf(string name) =>
        _places.TryGetValue(name, out int place) ? place : throw Invariant.Unreachable($"system column {name}");

    private static Field FieldOf(string text)
    {
        string[] words = text.Trim().Split(' ');
        return new Field(words[0], TypeOf(words[1]));
    }

    private static LogicalType TypeOf(string name) =>
        name.EndsWith("[]", StringComparison.Ordinal)
            ? LogicalType.List(TypeOf(name[..^2]))
            : name switch
            {
                "oid" => LogicalType.UInteger,
                "text" => LogicalType.Varchar,
                "bool" => LogicalType.Boolean,
                "int2vector" => LogicalType.CatalogVector(LogicalType.SmallInt),
                "oidvector" => LogicalType.CatalogVector(LogicalType.UInteger),
                "int2" => LogicalType.SmallInt,
                "int4" => LogicalType.Integer,
                "int8" => LogicalType.BigInt,
                "float4" => LogicalType.Real,
                "float8" => LogicalType.Double,
                "timestamp" => LogicalType.Timestamp,
                "timestamptz" => LogicalType.TimestampTz,
                "interval" => LogicalType.Interval,
                _ => throw Invariant.Unreachable($"type of a system column: {name}"),
            };

    private static Value DefaultOf(LogicalType type) =>
        type.Kind == TypeKind.Boolean ? Value.Boolean(false)
        : type.IsFloat ? Value.Float(type, 0)
        : type.IsInteger ? Value.Integer(type, 0)
        : Value.Null(type);
}
