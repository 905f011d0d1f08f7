using System.Linq.Expressions;
using System.Text.RegularExpressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>Methods of values that SQL has too.</content>
internal sealed partial class LinqTranslator
{
    // What char.IsWhiteSpace accepts in ASCII and Latin-1; Trim() of C# takes it all off, SQL's only spaces.
    private const string WhiteSpace = " \t\n\v\f\r\u0085\u00a0";

    /// <summary>The call in SQL; null where there is no counterpart.</summary>
    private ValueShape? MethodOf(MethodCallExpression call)
    {
        Type? owner = call.Method.DeclaringType;
        string name = call.Method.Name;
        if (owner == typeof(SqlFunctions)) return SqlFunction(call);
        if (IsMembership(call, out Expression? sequence, out Expression? item))
        {
            ValueShape found = Contains(sequence, item, call);
            return found.IsNullable ? new ValueShape(typeof(bool), OrFalse(found.Sql), isNullable: false) : found;
        }
        if (name == nameof(Equals) && EqualsOf(call) is { } equal) return equal;
        if (owner == typeof(string)) return call.Object is null ? StaticTextMethod(call) : TextMethod(call);
        bool isMath = owner == typeof(Math) || owner == typeof(MathF);
        if (isMath || (owner == typeof(decimal) && call.Method.Name is "Round" or "Floor" or "Ceiling"))
            return MathMethod(call);
        if (owner == typeof(Guid) && name == nameof(Guid.NewGuid))
            return new ValueShape(call.Type, new CallSyntax("gen_random_uuid"), isNullable: false);
        if (owner == typeof(Regex) && name == nameof(Regex.IsMatch) && call.Arguments.Count == 2)
            return Of(call, "regexp_matches", call.Arguments[0], call.Arguments[1]);
        if (ComparedBy(call) is var (left, right)) return Sign(Value(left), Value(right), call);
        if (name == nameof(ToString) && call is { Object: { } shown, Arguments.Count: 0 })
            return Concatenation([shown], call);
        if (name == nameof(Nullable<int>.GetValueOrDefault) && call.Object is { } maybe)
        {
            SyntaxExpression otherwise = call.Arguments.Count == 1
                ? Value(call.Arguments[0]).Sql
                : Parameter(Activator.CreateInstance(call.Type), call.Type);
            return new ValueShape(call.Type, new CallSyntax("coalesce", Value(maybe).Sql, otherwise), false);
        }
        return TimeMethod(call);
    }

    private ValueShape Of(MethodCallExpression call, string function, params ReadOnlySpan<Expression> arguments)
    {
        bool isNullable = false;
        SyntaxExpression[] values = new SyntaxExpression[arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            ValueShape value = Value(arguments[i]);
            values[i] = value.Sql;
            isNullable |= value.IsNullable;
        }
        return new ValueShape(call.Type, new CallSyntax(function, values), isNullable);
    }

    private ValueShape SqlFunction(MethodCallExpression call)
    {
        switch (call.Method.Name)
        {
            case nameof(SqlFunctions.Like) or nameof(SqlFunctions.ILike):
                ValueShape text = Value(call.Arguments[0]);
                LikeKind kind = call.Method.Name == nameof(SqlFunctions.Like) ? LikeKind.Like : LikeKind.ILike;
                return new ValueShape(typeof(bool), new LikeSyntax(
                    text.Sql, kind, Value(call.Arguments[1]).Sql, null, IsNegated: false), text.IsNullable);
            default:
                if (call.Arguments[0] is not ConstantExpression { Value: string function })
                    throw Unsupported.Of(call, "the name of a function is no value of a row");
                SyntaxExpression[] arguments = call.Arguments[1] is NewArrayExpression list
                    ? [.. list.Expressions.Select(e => Value(e).Sql)]
                    : [.. ((object?[])((ConstantExpression)call.Arguments[1]).Value!)
                        .Select(v => Parameter(v, v?.GetType() ?? typeof(string)))];
                QualifiedName name = Parser.ParseQualifiedName(function);
                return new ValueShape(call.Type, new CallSyntax(name, SyntaxList.From(
                    arguments.Select(a => new ArgumentSyntax(null, a)))), isNullable: true);
        }
    }

    /// <summary>True for the ways in which C# says that a collection contains an item.</summary>
    private static bool IsMembership(
        MethodCallExpression call, out Expression sequence, out Expression item)
    {
        (sequence, item) = (call, call);
        if (call.Method.Name != nameof(Queryable.Contains) || call.Method.DeclaringType == typeof(string)) return false;
        if (call.Object is { } owner && call.Arguments.Count == 1) (sequence, item) = (owner, call.Arguments[0]);
        else if (call.Object is null && call.Arguments.Count >= 2 && call.Arguments.Skip(2).All(IsNullConstant))
            (sequence, item) = (call.Arguments[0], call.Arguments[1]);
        else return false;
        // Since C# 14 an array's Contains is that of a span made of it.
        if (sequence is MethodCallExpression { Method.Name: "op_Implicit", Arguments: [{ } array] }) sequence = array;
        if (sequence is UnaryExpression { NodeType: ExpressionType.Convert } convert) sequence = convert.Operand;
        return sequence is ConstantExpression { Value: System.Collections.IEnumerable };
    }

    private ValueShape? EqualsOf(MethodCallExpression call)
    {
        Expression? left = call.Object ?? call.Arguments[0];
        Expression[] rest = [.. call.Arguments.Skip(call.Object is null ? 1 : 0)];
        if (rest.Length == 0 || rest.Length > 2) return null;
        (Shape a, Shape b) = (ShapeOf(WithoutBox(left)), ShapeOf(WithoutBox(rest[0])));
        if (rest.Length == 2)
        {
            if (!IgnoresCase(rest[1], call)) rest = rest[..1];
            else (a, b) = (Lower((ValueShape)a), Lower((ValueShape)b));
        }
        return new ValueShape(typeof(bool), Equal(a, b, mayBeNull: false, call), isNullable: false);
    }

    private static Expression WithoutBox(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert } box && box.Type == typeof(object)
            ? box.Operand
            : expression;

    private static ValueShape Lower(ValueShape value) =>
        value.With(new CallSyntax("lower", value.Sql), value.IsNullable);

    private static bool IgnoresCase(Expression comparison, Expression origin) => comparison switch
    {
        ConstantExpression { Value: StringComparison.Ordinal or StringComparison.InvariantCulture } => false,
        ConstantExpression
        {
            Value: StringComparison.OrdinalIgnoreCase or StringComparison.InvariantCultureIgnoreCase,
        } => true,
        _ => throw Unsupported.Of(origin, "texts are compared by their bytes"),
    };

    private static ValueShape Sign(ValueShape left, ValueShape right, Expression origin) => new(
        typeof(int), new CaseSyntax(null,
        [
            new CaseBranch(Equal(left, right, mayBeNull: false, origin), new IntegerLiteral(0)),
            // Null comes first.
            new CaseBranch(
                new CallSyntax("coalesce", new BinarySyntax("<", left.Sql, right.Sql),
                    new IsSyntax(left.Sql, IsTest.Null, IsNegated: false)),
                new UnarySyntax("-", new IntegerLiteral(1))),
        ], new IntegerLiteral(1)), isNullable: false);

    // ---- Texts -----------------------------------------------------------------------------------------------------

    private ValueShape? StaticTextMethod(MethodCallExpression call)
    {
        switch (call.Method.Name)
        {
            case nameof(string.IsNullOrEmpty):
                return new ValueShape(typeof(bool), new BinarySyntax(
                    "=", new CallSyntax("coalesce", Value(call.Arguments[0]).Sql, new StringLiteral("")),
                    new StringLiteral("")), isNullable: false);
            case nameof(string.IsNullOrWhiteSpace):
                return new ValueShape(typeof(bool), new BinarySyntax(
                    "=", new CallSyntax("coalesce", new CallSyntax(
                        "trim", Value(call.Arguments[0]).Sql, new StringLiteral(WhiteSpace)), new StringLiteral("")),
                    new StringLiteral("")), isNullable: false);
            case nameof(string.Concat) when call.Arguments.All(a => !a.Type.IsArray):
                return Concatenation(call.Arguments, call);
            case nameof(string.Concat) when call.Arguments is [NewArrayExpression parts]:
                return Concatenation(parts.Expressions, call);
            case nameof(string.Format) when call.Arguments[0] is ConstantExpression { Value: string format }:
                return Formatted(format, call.Arguments is [_, NewArrayExpression holes]
                    ? holes.Expressions
                    : [.. call.Arguments.Skip(1)], call);
            case nameof(string.Join) when call.Arguments is [{ } separator, { } list] && AsGroup(list) is
                { Element: ValueShape element } group:
                CallSyntax joined = group.Call(
                    "string_agg",
                    new CallSyntax("coalesce", CastTo(typeof(string), element.Sql), new StringLiteral("")),
                    separator is ConstantExpression { Value: string constant }
                        ? new StringLiteral(constant)
                        : Value(separator).Sql) with { OrderBy = SyntaxList.From(group.OrderBy) };
                return new ValueShape(
                    typeof(string), new CallSyntax("coalesce", joined, new StringLiteral("")), isNullable: false);
            case nameof(string.Compare) or nameof(string.CompareOrdinal) when call.Arguments.Count == 2:
                return Sign(Value(call.Arguments[0]), Value(call.Arguments[1]), call);
            default:
                return null;
        }
    }

    /// <summary>What an interpolated string is: pieces of text and <c>{0}</c>, without formats.</summary>
    private ValueShape Formatted(string format, IReadOnlyList<Expression> arguments, Expression origin)
    {
        List<Expression> parts = [];
        int at = 0;
        foreach (Match hole in Hole().Matches(format))
        {
            AddText(format[at..hole.Index]);
            at = hole.Index + hole.Length;
            if (hole.Value is "{{" or "}}") parts.Add(Expression.Constant(hole.Value[..1]));
            else if (hole.Groups[1].Success) parts.Add(WithoutBox(arguments[int.Parse(hole.Groups[1].Value, null)]));
            else throw Unsupported.Of(origin, $"the format {hole.Value}");
        }
        AddText(format[at..]);
        return Concatenation(parts, origin);

        void AddText(string text)
        {
            if (text.Length > 0) parts.Add(Expression.Constant(text));
        }
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(\d+)\}|\{[^}]*\}")]
    private static partial Regex Hole();

    private ValueShape? TextMethod(MethodCallExpression call)
    {
        Expression text = call.Object!;
        IReadOnlyList<Expression> rest = call.Arguments;
        switch (call.Method.Name, rest.Count)
        {
            case (nameof(string.Contains), 1):
                ValueShape place = Of(call, "strpos", text, rest[0]);
                return place.With(new BinarySyntax(">", place.Sql, new IntegerLiteral(0)), place.IsNullable);
            case (nameof(string.StartsWith), 1):
                return Of(call, "starts_with", text, rest[0]);
            case (nameof(string.EndsWith), 1):
                return Of(call, "ends_with", text, rest[0]);
            case (nameof(string.Contains) or nameof(string.StartsWith) or nameof(string.EndsWith), 2)
                when rest[1].Type == typeof(StringComparison):
                return WithComparison(call);
            case (nameof(string.IndexOf), 1):
                ValueShape found = Of(call, "strpos", text, rest[0]);
                return found.With(new BinarySyntax("-", found.Sql, new IntegerLiteral(1)), found.IsNullable);
            case (nameof(string.Substring), 1 or 2):
                ValueShape whole = Value(text);
                SyntaxExpression start = new BinarySyntax("+", Value(rest[0]).Sql, new IntegerLiteral(1));
                return whole.With(rest.Count == 1
                    ? new CallSyntax("substring", whole.Sql, start)
                    : new CallSyntax("substring", whole.Sql, start, Value(rest[1]).Sql), whole.IsNullable);
            case ("get_Chars", 1):
                ValueShape letters = Value(text);
                return new ValueShape(typeof(char), new CallSyntax(
                    "substring", letters.Sql, new BinarySyntax("+", Value(rest[0]).Sql, new IntegerLiteral(1)),
                    new IntegerLiteral(1)), letters.IsNullable);
            case (nameof(string.ToUpper) or nameof(string.ToUpperInvariant), 0):
                return Of(call, "upper", text);
            case (nameof(string.ToLower) or nameof(string.ToLowerInvariant), 0):
                return Of(call, "lower", text);
            case (nameof(string.Replace), 2) when rest[0].Type == typeof(string):
                return Of(call, "replace", text, rest[0], rest[1]);
            case (nameof(string.Trim), <= 1):
                return Trimmed("trim", call);
            case (nameof(string.TrimStart), <= 1):
                return Trimmed("ltrim", call);
            case (nameof(string.TrimEnd), <= 1):
                return Trimmed("rtrim", call);
            case (nameof(string.PadLeft), 1 or 2):
                return Padded("lpad", call);
            case (nameof(string.PadRight), 1 or 2):
                return Padded("rpad", call);
            case (nameof(string.CompareTo), 1):
                return Sign(Value(text), Value(rest[0]), call);
            default:
                return null;
        }
    }

    private ValueShape WithComparison(MethodCallExpression call)
    {
        ValueShape text = Value(call.Object!);
        ValueShape part = Value(call.Arguments[0]);
        if (IgnoresCase(call.Arguments[1], call)) (text, part) = (Lower(text), Lower(part));
        string function = call.Method.Name switch
        {
            nameof(string.Contains) => "contains",
            nameof(string.StartsWith) => "starts_with",
            _ => "ends_with",
        };
        return new ValueShape(
            typeof(bool), new CallSyntax(function, text.Sql, part.Sql), text.IsNullable || part.IsNullable);
    }

    private ValueShape Trimmed(string function, MethodCallExpression call)
    {
        ValueShape text = Value(call.Object!);
        SyntaxExpression letters = call.Arguments switch
        {
            [] => new StringLiteral(WhiteSpace),
            [ConstantExpression { Value: char letter }] => new StringLiteral(letter.ToString()),
            [ConstantExpression { Value: char[] { Length: > 0 } many }] => new StringLiteral(new string(many)),
            [ConstantExpression { Value: null or char[] }] => new StringLiteral(WhiteSpace),
            _ => throw Unsupported.Of(call),
        };
        return text.With(new CallSyntax(function, text.Sql, letters), text.IsNullable);
    }

    private ValueShape Padded(string function, MethodCallExpression call)
    {
        ValueShape text = Value(call.Object!);
        SyntaxExpression letter = call.Arguments.Count == 2 ? Value(call.Arguments[1]).Sql : new StringLiteral(" ");
        // C# never cuts.
        CallSyntax width = new(
            "greatest", Value(call.Arguments[0]).Sql, CastTo(typeof(int), new CallSyntax("length", text.Sql)));
        return text.With(new CallSyntax(function, text.Sql, width, letter), text.IsNullable);
    }

    // ---- Numbers ---------------------------------------------------------------------------------------------------

    private ValueShape? MathMethod(MethodCallExpression call)
    {
        IReadOnlyList<Expression> arguments = call.Arguments;
        switch (call.Method.Name, arguments.Count)
        {
            case (nameof(Math.Abs) or nameof(Math.Floor) or nameof(Math.Sqrt) or nameof(Math.Cbrt) or nameof(Math.Exp)
                or nameof(Math.Log10) or nameof(Math.Log2) or nameof(Math.Sin) or nameof(Math.Cos) or nameof(Math.Tan)
                or nameof(Math.Asin) or nameof(Math.Acos) or nameof(Math.Atan) or nameof(Math.Sinh)
                or nameof(Math.Cosh) or nameof(Math.Tanh), 1):
                return Of(call, call.Method.Name.ToLowerInvariant(), arguments[0]);
            case (nameof(Math.Ceiling), 1): return Of(call, "ceil", arguments[0]);
            case (nameof(Math.Truncate), 1): return Of(call, "trunc", arguments[0]);
            case (nameof(Math.Log), 1): return Of(call, "ln", arguments[0]);
            case (nameof(Math.Pow), 2): return Of(call, "power", arguments[0], arguments[1]);
            case (nameof(Math.Atan2), 2): return Of(call, "atan2", arguments[0], arguments[1]);
            case (nameof(Math.Max), 2): return Of(call, "greatest", arguments[0], arguments[1]);
            case (nameof(Math.Min), 2): return Of(call, "least", arguments[0], arguments[1]);
            case (nameof(Math.Sign), 1):
                ValueShape sign = Of(call, "sign", arguments[0]);
                return sign.With(CastTo(typeof(int), sign.Sql), sign.IsNullable);
            case (nameof(Math.Round), >= 1):
                return Rounded(call);
            default:
                return null;
        }
    }

    private ValueShape Rounded(MethodCallExpression call)
    {
        bool goesAway = call.Arguments[^1] is ConstantExpression { Value: MidpointRounding.AwayFromZero };
        bool hasMode = call.Arguments[^1].Type == typeof(MidpointRounding);
        if (hasMode ? !goesAway : call.Type == typeof(decimal))
        {
            throw Unsupported.Of(
                call, "SQL rounds halves of a DECIMAL away from zero: say MidpointRounding.AwayFromZero");
        }
        if (hasMode && call.Type != typeof(decimal))
            throw Unsupported.Of(call, "SQL rounds halves of a DOUBLE to the even side");
        return call.Arguments.Count - (hasMode ? 1 : 0) == 2
            ? Of(call, "round", call.Arguments[0], call.Arguments[1])
            : Of(call, "round", call.Arguments[0]);
    }

    // ---- Times -----------------------------------------------------------------------------------------------------

    private ValueShape? TimeMethod(MethodCallExpression call)
    {
        Type? owner = call.Method.DeclaringType;
        if (owner == typeof(DateOnly) && call.Method.Name == nameof(DateOnly.FromDateTime))
        {
            ValueShape moment = Value(call.Arguments[0]);
            return new ValueShape(call.Type, CastTo(typeof(DateOnly), moment.Sql), moment.IsNullable);
        }
        bool isDate = owner == typeof(DateOnly);
        if (!isDate && owner != typeof(DateTime) && owner != typeof(DateTimeOffset)) return null;
        if (call is not { Object: { } start, Arguments: [{ } amount] }) return null;
        (string? function, double factor) = call.Method.Name switch
        {
            nameof(DateTime.AddYears) => ("to_years", 1.0),
            nameof(DateTime.AddMonths) => ("to_months", 1.0),
            nameof(DateTime.AddDays) => (isDate ? "to_days" : "to_seconds", isDate ? 1.0 : SecondsOfDay),
            nameof(DateTime.AddHours) => ("to_seconds", 3600.0),
            nameof(DateTime.AddMinutes) => ("to_seconds", 60.0),
            nameof(DateTime.AddSeconds) => ("to_seconds", 1.0),
            nameof(DateTime.Add) => ("", 1.0),
            _ => (null, 0.0),
        };
        if (function is null) return null;
        ValueShape from = Value(start);
        ValueShape count = Value(amount);
        SyntaxExpression units = factor == 1.0
            ? count.Sql
            : new BinarySyntax("*", count.Sql, new IntegerLiteral((long)factor));
        SyntaxExpression span = function.Length == 0 ? units : new CallSyntax(function, units);
        SyntaxExpression sum = new BinarySyntax("+", from.Sql, span);
        return new ValueShape(
            call.Type, isDate ? CastTo(typeof(DateOnly), sum) : sum, from.IsNullable || count.IsNullable);
    }
}
