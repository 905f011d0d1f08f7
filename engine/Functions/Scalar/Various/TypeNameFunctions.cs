using System.Text;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>typeof and pg_typeof: the type of an argument, which is known without its value.</summary>
internal static class TypeNameFunctions
{
    private static readonly FunctionInfo s_typeOf = new("typeof", "The type of the argument.")
    {
        Category = "System", Example = "typeof(1.5::decimal(4, 2))", Returns = "DECIMAL(4,2)",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_pgTypeOf = new("pg_typeof", "The type of the argument by PostgreSQL's name.")
    {
        Category = "System", Example = "pg_typeof(1.5::double)", Returns = "double precision",
        Flags = FunctionFlags.HandlesNulls,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_typeOf, [ParameterPattern.Any], t => Name(s_typeOf, t, t[0].ToString())),
        FunctionEntries.Bound(s_pgTypeOf, [ParameterPattern.Any], t => Name(s_pgTypeOf, t, PostgresName(t[0]))),
    ];

    /// <summary>Names of types as PostgreSQL's format_type prints them; ours where it has none.</summary>
    private static string PostgresName(LogicalType type) => type.Kind switch
    {
        TypeKind.Null => "unknown",
        TypeKind.Double => "double precision",
        TypeKind.Decimal => "numeric",
        TypeKind.Varchar => "text",
        TypeKind.Blob => "bytea",
        TypeKind.Bit => "bit varying",
        TypeKind.Time => "time without time zone",
        TypeKind.TimeTz => "time with time zone",
        TypeKind.Timestamp => "timestamp without time zone",
        TypeKind.TimestampTz => "timestamp with time zone",
        TypeKind.List or TypeKind.Array => PostgresName(type.Element!) + "[]",
        TypeKind.Struct => "record",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static RowFunction<NameKernel,
        ReadOnlySpan<byte>> Name(FunctionInfo info, LogicalType[] types, string name) =>
        new(info, types, LogicalType.Varchar, new NameKernel(Encoding.UTF8.GetBytes(name)));

    private readonly struct NameKernel(byte[] name) : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            Utf8Writer target = new(context.Text, name.Length);
            target.Append(name);
            result = target.End();
            return true;
        }
    }
}
