using System.Collections.Immutable;
using System.Text;

namespace ColFrag.Engine.Types;

/// <summary>
/// One value with its type: a literal, a parameter, a bound of a zone map. Never used per row in a hot loop.
/// Integers, decimals (unscaled), dates, times and enum indexes share one 128-bit form.
/// </summary>
public sealed class Value : IEquatable<Value>
{
    private readonly Int128 _integer;
    private readonly double _float;
    private readonly object? _reference;

    private Value(LogicalType type, bool isNull, Int128 integer = default, double number = 0, object? reference = null)
    {
        Type = type;
        IsNull = isNull;
        _integer = integer;
        _float = number;
        _reference = reference;
    }

    /// <summary>The type.</summary>
    public LogicalType Type { get; }

    /// <summary>True for NULL.</summary>
    public bool IsNull { get; }

    /// <summary>NULL of a type.</summary>
    public static Value Null(LogicalType type) => new(type, true);

    /// <summary>A boolean.</summary>
    public static Value Boolean(bool value) => new(LogicalType.Boolean, false, value ? 1 : 0);

    /// <summary>
    /// Any type kept as an integer: integers, unscaled decimals, dates, times, timestamps, UUID, enum index.
    /// </summary>
    public static Value Integer(LogicalType type, Int128 value) => new(type, false, value);

    /// <summary>A BIGINT.</summary>
    public static Value BigInt(long value) => new(LogicalType.BigInt, false, value);

    /// <summary>A REAL or DOUBLE.</summary>
    public static Value Float(LogicalType type, double value) =>
        new(type, false, number: type.Kind == TypeKind.Real ? (float)value : value);

    /// <summary>A VARCHAR.</summary>
    public static Value Text(string value) => new(LogicalType.Varchar, false, reference: Encoding.UTF8.GetBytes(value));

    /// <summary>A VARCHAR, BLOB or JSON from its bytes.</summary>
    public static Value Bytes(LogicalType type, byte[] value) => new(type, false, reference: value);

    /// <summary>An INTERVAL.</summary>
    public static Value OfInterval(Interval value) => new(LogicalType.Interval, false, reference: value);

    /// <summary>A LIST, ARRAY or MAP from its elements, or a STRUCT from its fields.</summary>
    public static Value Nested(LogicalType type, ImmutableArray<Value> elements) =>
        new(type, false, reference: elements);

    /// <summary>The truth value.</summary>
    public bool AsBoolean => _integer != 0;

    /// <summary>The integer form.</summary>
    public Int128 AsInteger => _integer;

    /// <summary>The floating form; of integers and decimals too.</summary>
    public double AsDouble => Type.IsFloat ? _float
        : Type.Kind == TypeKind.Decimal ? (double)_integer / Math.Pow(10, Type.Scale) : (double)_integer;

    /// <summary>The bytes of a VARCHAR, BLOB or JSON.</summary>
    public ReadOnlySpan<byte> AsBytes => (byte[])_reference!;

    /// <summary>The text of a VARCHAR or JSON.</summary>
    public string AsText => Encoding.UTF8.GetString((byte[])_reference!);

    /// <summary>The interval.</summary>
    public Interval AsInterval => (Interval)_reference!;

    /// <summary>The elements of a nested value.</summary>
    public ImmutableArray<Value> Elements => (ImmutableArray<Value>)_reference!;

    /// <inheritdoc/>
    public bool Equals(Value? other)
    {
        if (other is null || !Type.Equals(other.Type) || IsNull != other.IsNull) return false;
        if (IsNull) return true;
        return Type.Physical switch
        {
            PhysicalType.Utf8 => AsBytes.SequenceEqual(other.AsBytes),
            PhysicalType.Interval => AsInterval == other.AsInterval,
            PhysicalType.Float32 or PhysicalType.Float64 => _float.Equals(other._float),
            PhysicalType.List or PhysicalType.Struct or PhysicalType.Array => Elements.SequenceEqual(other.Elements),
            _ => _integer == other._integer,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type.Kind, IsNull, _integer, _float);

    /// <summary>The text form that PostgreSQL prints; NULL as "NULL".</summary>
    public override string ToString() => IsNull ? "NULL" : ValueText.Format(this);
}
