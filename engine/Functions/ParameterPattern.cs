using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>What a parameter of an overload takes.</summary>
internal enum PatternKind : byte
{
    /// <summary>One type, and what casts to it.</summary>
    Exact,
    /// <summary>A DECIMAL of any precision and scale; integers become one.</summary>
    Decimal,
    /// <summary>Anything, as it is.</summary>
    Any,
    /// <summary>Anything; all such arguments of a call meet in one type T.</summary>
    Element,
    /// <summary>A list of T.</summary>
    ListOfElement,
    /// <summary>Any list.</summary>
    List,
    /// <summary>Any struct.</summary>
    Struct,
    /// <summary>Any map.</summary>
    Map,
    /// <summary>Any enum.</summary>
    Enum,
}

/// <summary>One parameter of an overload.</summary>
internal readonly record struct ParameterPattern(PatternKind Kind, LogicalType? Type = null)
{
    /// <summary>A DECIMAL of any precision and scale; integers become one.</summary>
    public static ParameterPattern Decimal => new(PatternKind.Decimal);

    /// <summary>Anything, as it is.</summary>
    public static ParameterPattern Any => new(PatternKind.Any);

    /// <summary>Anything of the type T that all such arguments meet in.</summary>
    public static ParameterPattern Element => new(PatternKind.Element);

    /// <summary>A list of T.</summary>
    public static ParameterPattern ListOfElement => new(PatternKind.ListOfElement);

    /// <summary>Any list.</summary>
    public static ParameterPattern List => new(PatternKind.List);

    /// <summary>Any struct.</summary>
    public static ParameterPattern Struct => new(PatternKind.Struct);

    /// <summary>Any map.</summary>
    public static ParameterPattern Map => new(PatternKind.Map);

    /// <summary>Any enum.</summary>
    public static ParameterPattern Enum => new(PatternKind.Enum);

    public static implicit operator ParameterPattern(LogicalType type) => new(PatternKind.Exact, type);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PatternKind.Exact => Type!.ToString().ToLowerInvariant(),
        PatternKind.Decimal => "decimal",
        PatternKind.Any => "any",
        PatternKind.Element => "T",
        PatternKind.ListOfElement => "T[]",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>The parameters of an overload, and how they fit the arguments of a call.</summary>
internal sealed class Signature(ParameterPattern[] parameters, bool isVariadic = false)
{
    private const int UnknownToText = 1;
    private const int UnknownToPreferred = 2;
    private const int UnknownToOther = 3;

    public IReadOnlyList<ParameterPattern> Parameters => parameters;

    /// <summary>True when the last parameter takes one argument or more.</summary>
    public bool IsVariadic => isVariadic;

    /// <summary>
    /// How well the arguments fit: 0 for exactly, more for casts, negative for not at all. Gives the types that the
    /// arguments are cast to.
    /// </summary>
    public int Match(ReadOnlySpan<ArgumentType> arguments, out LogicalType[] types)
    {
        types = new LogicalType[arguments.Length];
        if (isVariadic ? arguments.Length < parameters.Length : arguments.Length != parameters.Length) return -1;
        LogicalType? element = FindElement(arguments, out bool conflicts);
        if (conflicts) return -1;
        int cost = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            int one = MatchOne(PatternOf(i), arguments[i], element, out types[i]);
            if (one < 0) return -1;
            cost += one;
        }
        return cost;
    }

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", parameters)}{(isVariadic ? ", ..." : "")})";

    private ParameterPattern PatternOf(int argument) => parameters[Math.Min(argument, parameters.Length - 1)];

    private LogicalType? FindElement(ReadOnlySpan<ArgumentType> arguments, out bool conflicts)
    {
        List<ArgumentType> elements = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (PatternOf(i).Kind)
            {
                case PatternKind.Element:
                    elements.Add(arguments[i]);
                    break;
                case PatternKind.ListOfElement when arguments[i].Type.Kind is TypeKind.List or TypeKind.Array:
                    elements.Add(new ArgumentType(arguments[i].Type.Element!));
                    break;
            }
        }
        conflicts = false;
        if (elements.Count == 0) return null;
        LogicalType? common = TypeCoercion.CommonType(elements.ToArray());
        conflicts = common is null;
        return common;
    }

    // A bare NULL is a NULL of any nested type; one that has a type of its own fits better.
    private static int OfNull(LogicalType chosen, out LogicalType type)
    {
        type = chosen;
        return 40;
    }

    private static int MatchOne(
        ParameterPattern pattern, ArgumentType argument, LogicalType? element, out LogicalType type)
    {
        type = argument.Type;
        switch (pattern.Kind)
        {
            case PatternKind.Any:
                return 30;
            case PatternKind.Element:
                type = element!;
                return type.Equals(argument.Type) ? 30 : 31;
            case PatternKind.ListOfElement:
                if (argument.Type.Kind == TypeKind.Null) element ??= LogicalType.Integer;
                if (argument.IsUnknown && element is null) return -1;
                type = LogicalType.List(element!);
                if (argument.Type.Kind == TypeKind.Array) return 32;
                return argument.Type.Kind == TypeKind.List || argument.IsUnknown ? 30 : -1;
            case PatternKind.List:
                if (argument.Type.Kind == TypeKind.Null) return OfNull(LogicalType.List(LogicalType.Integer), out type);
                if (argument.Type.Kind == TypeKind.Array) type = LogicalType.List(argument.Type.Element!);
                return type.Kind == TypeKind.List ? 10 : -1;
            case PatternKind.Struct:
                return argument.Type.Kind == TypeKind.Struct ? 10 : -1;
            case PatternKind.Map:
                if (argument.Type.Kind == TypeKind.Null)
                    return OfNull(LogicalType.Map(LogicalType.Varchar, LogicalType.Varchar), out type);
                return argument.Type.Kind == TypeKind.Map ? 10 : -1;
            case PatternKind.Enum:
                return argument.Type.Kind == TypeKind.Enum ? 0 : -1;
            case PatternKind.Decimal:
                if (argument.IsUnknown)
                {
                    type = LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 10);
                    return UnknownToOther;
                }
                if (argument.Type.Kind == TypeKind.Decimal) return 0;
                type = TypeCoercion.DecimalOf(argument.Type);
                return argument.Type.IsInteger ? 22 : -1;
            default:
                type = pattern.Type!;
                if (!argument.IsUnknown) return TypeCoercion.ImplicitCost(argument.Type, type);
                return type.Kind switch
                {
                    TypeKind.Varchar => UnknownToText,
                    TypeKind.Double or TypeKind.TimestampTz or TypeKind.Boolean or TypeKind.Interval =>
                        UnknownToPreferred,
                    _ => UnknownToOther,
                };
        }
    }
}
