using ColFrag.Engine.Types;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>The letters by which a script says what type a column has.</summary>
static class ColumnLetters
{
    /// <summary>The letter of a type.</summary>
    public static char Of(LogicalType type) => type.Kind switch
    {
        TypeKind.Boolean => 'B',
        TypeKind.Decimal => 'N',
        TypeKind.Real or TypeKind.Double => 'R',
        TypeKind.Varchar or TypeKind.Enum or TypeKind.Json or TypeKind.Null => 'T',
        TypeKind.Date => 'D',
        TypeKind.Time => 'C',
        TypeKind.TimestampTz => 'Z',
        TypeKind.Interval => 'V',
        TypeKind.Blob => 'X',
        TypeKind.Uuid => 'U',
        TypeKind.List or TypeKind.Array => 'L',
        TypeKind.Struct => 'S',
        TypeKind.Map => 'M',
        _ => type.IsTimestamp ? 'P' : 'I',
    };

    /// <summary>The letters of a result's columns.</summary>
    public static string Of(Schema schema) => string.Concat(schema.Fields.Select(f => Of(f.Type)));
}
