using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// What a cast to NUMERIC without precision gives. In PostgreSQL such a number keeps all its digits; a DECIMAL has one
/// scale, so that of what is cast is taken, or one that keeps the digits that PostgreSQL keeps.
/// </summary>
internal static class BareNumeric
{
    private const int Precision = LogicalType.MaxDecimalPrecision;

    /// <summary>The type, or null where another type is written or another kind of value is cast.</summary>
    public static LogicalType? TypeOf(Syntax.TypeName type, Expression operand)
    {
        bool isBare = type is Syntax.SimpleTypeName { Modifiers.IsEmpty: true, Name.Last.Name: "numeric" } simple &&
            (simple.Name.Parts.Count == 1 || simple.Name.Parts[0].Name == "pg_catalog");
        if (!isBare) return null;
        return operand.Type.Kind switch
        {
            TypeKind.Decimal => operand.Type,
            TypeKind.Double when operand is Constant { Value.IsNull: false } number &&
                OfText(number.Value.ToString()) is { } exact => exact,
            // PostgreSQL gives as many digits as a float is sure of.
            TypeKind.Double => LogicalType.Decimal(Precision, 15),
            TypeKind.Real => LogicalType.Decimal(Precision, 6),
            TypeKind.Varchar when operand is Constant { Value.IsNull: false } text => OfText(text.Value.AsText),
            TypeKind.Varchar => LogicalType.Decimal(Precision, 10),
            _ => operand.Type.IsInteger ? TypeCoercion.DecimalOf(operand.Type) : null,
        };
    }

    // Digits before and behind the point as they are written, moved by the exponent.
    private static LogicalType? OfText(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim().TrimStart("+-");
        int mark = rest.IndexOfAny('e', 'E');
        int exponent = 0;
        if (mark >= 0 && !int.TryParse(rest[(mark + 1)..], out exponent)) return null;
        if (mark >= 0) rest = rest[..mark];
        int point = rest.IndexOf('.');
        ReadOnlySpan<char> whole = (point < 0 ? rest : rest[..point]).TrimStart('0');
        ReadOnlySpan<char> part = point < 0 ? default : rest[(point + 1)..];
        if (whole.ContainsAnyExceptInRange('0', '9') || part.ContainsAnyExceptInRange('0', '9')) return null;
        if (Math.Abs((long)exponent) > Precision) return null;
        int wholeDigits = Math.Max(whole.Length + exponent, 0);
        int scale = Math.Max(part.Length - exponent, 0);
        if (wholeDigits > Precision) return null;
        scale = Math.Min(scale, Precision - wholeDigits);
        return LogicalType.Decimal(Math.Max(wholeDigits + scale, 1), scale);
    }
}
