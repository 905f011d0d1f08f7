using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Operators: which types they take and what they give.</summary>
internal sealed partial class ExpressionBinder
{
    /// <summary>
    /// Digits after the point of a DECIMAL quotient, at least; PostgreSQL gives at least 16 significant ones.
    /// </summary>
    private const int QuotientScale = 16;

    private static ComparisonOperator? ComparisonOf(string symbol) => symbol switch
    {
        "=" => ComparisonOperator.Equal,
        "<>" => ComparisonOperator.NotEqual,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    private static ArithmeticOperator? ArithmeticOf(string symbol) => symbol switch
    {
        "+" => ArithmeticOperator.Add,
        "-" => ArithmeticOperator.Subtract,
        "*" => ArithmeticOperator.Multiply,
        "/" => ArithmeticOperator.Divide,
        "%" => ArithmeticOperator.Modulo,
        _ => null,
    };

    private static Not Negated(Expression condition) => new(condition) { Position = condition.Position };

    private Expression BindUnary(Syntax.UnarySyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        switch (syntax.Operator)
        {
            case "+" when operand.Type.IsNumeric || operand.Type.Kind is TypeKind.Varchar or TypeKind.Interval:
                return operand;
            case "-" when operand.Type.IsNumeric && operand.Type.Kind
                is not (TypeKind.UTinyInt or TypeKind.USmallInt or TypeKind.UInteger or TypeKind.UBigInt):
                return new Negate(operand);
            case "-" when operand.Type.IsInteger:
                return new Negate(context.To(
                    operand, operand.Type.Kind == TypeKind.UBigInt ? LogicalType.HugeInt : LogicalType.BigInt));
            case "-" when context.IsUnknown(operand):
                return new Negate(context.To(operand, LogicalType.Double));
        }
        return BindOperatorCall(syntax.Operator, [operand], syntax.Position);
    }

    private Expression BindLogical(Syntax.LogicalSyntax syntax)
    {
        string name = syntax.Operator == Syntax.LogicalOperator.And ? "AND" : "OR";
        Expression[] operands = [.. syntax.Operands.Select(o => context.Condition(Bind(o), name))];
        return syntax.Operator == Syntax.LogicalOperator.And ? Conjunction.Of(operands) : Disjunction.Of(operands);
    }

    // A row as written is NULL when all of its fields are, and NOT NULL when none is.
    private Expression BindRowIsNull(Syntax.RowSyntax row, Syntax.IsSyntax syntax)
    {
        Expression[] tests = [.. row.Fields.Select(f => new IsNull(Bind(f), syntax.IsNegated))];
        return tests.Length == 0 ? new Constant(Value.Boolean(true)) : Conjunction.Of(tests);
    }

    private Expression BindIs(Syntax.IsSyntax syntax)
    {
        if (syntax is { Test: Syntax.IsTest.Null, Operand: Syntax.RowSyntax row }) return BindRowIsNull(row, syntax);
        Expression operand = Bind(syntax.Operand);
        switch (syntax.Test)
        {
            case Syntax.IsTest.Null:
                return new IsNull(operand, syntax.IsNegated);
            case Syntax.IsTest.Unknown:
                return new IsNull(context.Condition(operand, "IS UNKNOWN"), syntax.IsNegated);
            case Syntax.IsTest.True or Syntax.IsTest.False:
                Constant truth = new(Value.Boolean(syntax.Test == Syntax.IsTest.True));
                return new IsDistinct(context.Condition(operand, "IS TRUE"), truth, !syntax.IsNegated);
            default:
                string kind = syntax.Test switch
                {
                    Syntax.IsTest.JsonObject => "object",
                    Syntax.IsTest.JsonArray => "array",
                    Syntax.IsTest.JsonScalar => "scalar",
                    _ => "value",
                };
                Expression test = BindCall(
                    "is_json", [context.To(operand, LogicalType.Varchar), new Constant(Value.Text(kind))],
                    syntax.Position);
                return syntax.IsNegated ? Negated(test) : test;
        }
    }

    private Expression BindBetween(Syntax.BetweenSyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        Expression low = Bind(syntax.Low);
        Expression high = Bind(syntax.High);
        if (Collated([operand, low, high], syntax.Position) is { } keys)
            (operand, low, high) = (keys[0], keys[1], keys[2]);
        Expression inside = Conjunction.Of(
            [Compare(">=", operand, low, syntax.Position), Compare("<=", operand, high, syntax.Position)]);
        if (syntax.IsSymmetric)
        {
            inside = Disjunction.Of(
            [
                inside,
                Conjunction.Of([Compare(">=", operand, high, syntax.Position),
                    Compare("<=", operand, low, syntax.Position)]),
            ]);
        }
        return syntax.IsNegated ? Negated(inside) : inside;
    }

    private Expression BindIn(Syntax.InSyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        Expression[] items = [.. syntax.Items.Select(Bind)];
        if (Collated([operand, .. items], syntax.Position) is { } keys) (operand, items) = (keys[0], keys[1..]);
        LogicalType type = InListType(operand, items);
        return new InList(
            context.To(operand, type), items.Select(i => Fit(i, type) ?? context.To(i, type)).ToPlanList(),
            syntax.IsNegated);
    }

    private LogicalType InListType(Expression operand, Expression[] items)
    {
        bool keepsOperand = !context.IsUnknown(operand)
            && items.All(i => context.IsUnknown(i) || Fit(i, operand.Type) is not null);
        return keepsOperand ? operand.Type : context.CommonType([operand, .. items], "IN");
    }

    private static Constant? Fit(Expression item, LogicalType type) =>
        item is Constant constant ? Coercion.FitConstant(constant, type) : null;

    private Expression BindLike(Syntax.LikeSyntax syntax)
    {
        Expression operand = AsText(Bind(syntax.Operand), syntax);
        Expression pattern = AsText(Bind(syntax.Pattern), syntax);
        if (syntax.Kind is Syntax.LikeKind.SimilarTo or Syntax.LikeKind.Glob)
        {
            string name = syntax.Kind == Syntax.LikeKind.Glob ? "glob_match" : "similar_to";
            List<Expression> arguments = [operand, pattern];
            if (syntax.Escape is not null) arguments.Add(context.To(Bind(syntax.Escape), LogicalType.Varchar));
            Expression match = BindCall(name, [.. arguments], syntax.Position);
            return syntax.IsNegated ? Negated(match) : match;
        }
        return new Like(operand, pattern, syntax.Kind == Syntax.LikeKind.ILike, BindEscape(syntax.Escape),
            syntax.IsNegated);
    }

    private Expression AsText(Expression operand, Syntax.LikeSyntax syntax)
    {
        if (context.IsUnknown(operand) || operand.Type.Kind is TypeKind.Varchar or TypeKind.Enum or TypeKind.Json)
        {
            return context.To(operand, LogicalType.Varchar);
        }
        throw new QueryException(
            SqlStates.UndefinedFunction, $"LIKE needs text, not type {operand.Type}", syntax.Position,
            "Write a cast to VARCHAR around it.");
    }

    private Rune? BindEscape(Syntax.SyntaxExpression? escape)
    {
        if (escape is null) return new Rune('\\');
        Expression bound = context.To(Bind(escape), LogicalType.Varchar);
        if (ConstantEvaluator.TryEvaluate(bound, context.Session) is not { IsNull: false } value)
        {
            throw new QueryException(SqlStates.FeatureNotSupported, "ESCAPE must be a constant", escape.Position);
        }
        Rune[] runes = [.. value.AsText.EnumerateRunes()];
        return runes.Length switch
        {
            0 => null,
            1 => runes[0],
            _ => throw new QueryException("22025", "ESCAPE must be empty or one character", escape.Position),
        };
    }

    private Expression BindCase(Syntax.CaseSyntax syntax)
    {
        Expression? operand = syntax.Operand is null ? null : Bind(syntax.Operand);
        List<Expression> conditions = [];
        List<Expression> results = [];
        foreach (Syntax.CaseBranch branch in syntax.Branches)
        {
            Expression condition = Bind(branch.Condition);
            conditions.Add(operand is null
                ? context.Condition(condition, "CASE WHEN")
                : Compare("=", operand, condition, branch.Condition.Position));
            results.Add(Bind(branch.Result));
        }
        results.Add(syntax.Otherwise is null ? new Constant(Value.Null(LogicalType.Null)) : Bind(syntax.Otherwise));
        LogicalType type = context.CommonType(results, "CASE");
        PlanList<CaseBranch> branches = conditions
            .Select((c, i) => new CaseBranch(c, context.To(results[i], type))).ToPlanList();
        return new Case(branches, context.To(results[^1], type));
    }

    /// <summary>An infix operator.</summary>
    private Expression BindBinary(string symbol, Expression left, Expression right, int position)
    {
        if (ComparisonOf(symbol) is not null) return Compare(symbol, left, right, position);
        if (symbol == "||") return BindConcatenation(left, right, position);
        if (symbol == "//") return BindBinary("/", left, right, position);
        if (ArithmeticOf(symbol) is { } arithmetic && TryArithmetic(arithmetic, left, right) is { } bound)
        {
            return bound with { Position = position };
        }
        return BindOperatorCall(symbol, [left, right], position);
    }

    private Expression BindConcatenation(Expression left, Expression right, int position)
    {
        // NULL and anything that is no list is NULL as a text.
        bool isNull = left is Constant { Value.IsNull: true } || right is Constant { Value.IsNull: true };
        if (isNull && !left.Type.IsNested && !right.Type.IsNested)
        {
            left = left.Type.Kind == TypeKind.Blob
                ? left
                : context.Explicit(left, LogicalType.Varchar, false, position);
            right = right.Type.Kind == TypeKind.Blob
                ? right
                : context.Explicit(right, LogicalType.Varchar, false, position);
        }
        bool isList = left.Type.Kind is TypeKind.List or TypeKind.Array
            || right.Type.Kind is TypeKind.List or TypeKind.Array;
        bool isBytes = left.Type.Kind is TypeKind.Blob or TypeKind.Bit
            || right.Type.Kind is TypeKind.Blob or TypeKind.Bit;
        if (isList || isBytes)
        {
            return BindOperatorCall("||", [left, right], position);
        }
        bool isJson = (left.Type.Kind == TypeKind.Json || context.IsUnknown(left))
            && (right.Type.Kind == TypeKind.Json || context.IsUnknown(right))
            && (left.Type.Kind == TypeKind.Json || right.Type.Kind == TypeKind.Json);
        if (isJson)
        {
            return BindOperatorCall(
                "||", [context.To(left, LogicalType.Json), context.To(right, LogicalType.Json)], position);
        }
        return BindOperatorCall(
            "||", [TextOf(left, right, position), TextOf(right, left, position)], position);
    }

    // PostgreSQL concatenates anything with text, and refuses two operands that are both not text.
    private Expression TextOf(Expression operand, Expression other, int position)
    {
        if (operand.Type.Kind == TypeKind.Varchar || context.IsUnknown(operand))
            return context.To(operand, LogicalType.Varchar);
        if (other.Type.Kind == TypeKind.Varchar || operand.Type.Kind is TypeKind.Enum or TypeKind.Json)
        {
            return context.Explicit(operand, LogicalType.Varchar, false, position);
        }
        throw NoOperator("||", [operand, other], position);
    }

    private Expression? TryArithmetic(ArithmeticOperator op, Expression left, Expression right)
    {
        if (context.IsUnknown(left) && context.IsUnknown(right))
        {
            if (left is Constant { Value.IsNull: true } && right is Constant { Value.IsNull: true })
            {
                return new Constant(Value.Null(LogicalType.Integer));
            }
            return null;
        }
        if (context.IsUnknown(left) && right.Type.IsNumeric) left = UnknownNumber(left, right.Type);
        else if (context.IsUnknown(right) && left.Type.IsNumeric) right = UnknownNumber(right, left.Type);
        if (!left.Type.IsNumeric || !right.Type.IsNumeric) return null;
        LogicalType common = TypeCoercion.CommonType(left.Type, right.Type)!;
        if (common.IsFloat)
        {
            return new Arithmetic(op, context.To(left, common), context.To(right, common), common);
        }
        if (common.Kind == TypeKind.Decimal) return DecimalArithmetic(op, left, right);
        return new Arithmetic(op, context.To(left, common), context.To(right, common), common);
    }

    private Expression UnknownNumber(Expression unknown, LogicalType other)
    {
        // A string beside a DECIMAL may have any scale; DOUBLE would lose digits, so it gets room on both sides.
        LogicalType type = other.Kind == TypeKind.Decimal
            ? LogicalType.Decimal(LogicalType.MaxDecimalPrecision, Math.Max(other.Scale, 10))
            : other;
        return context.To(unknown, type);
    }

    private Expression DecimalArithmetic(ArithmeticOperator op, Expression left, Expression right)
    {
        const int Max = LogicalType.MaxDecimalPrecision;
        LogicalType a = TypeCoercion.DecimalOf(left.Type);
        LogicalType b = TypeCoercion.DecimalOf(right.Type);
        int wholeA = a.Precision - a.Scale;
        int wholeB = b.Precision - b.Scale;
        switch (op)
        {
            case ArithmeticOperator.Multiply when a.Scale + b.Scale <= Max:
                LogicalType product = LogicalType.Decimal(Math.Min(Max, a.Precision + b.Precision), a.Scale + b.Scale);
                return new Arithmetic(op, Rescale(left, a), Rescale(right, b), product);
            case ArithmeticOperator.Multiply:
                LogicalType half = LogicalType.Decimal(Max, Max / 2);
                return new Arithmetic(op, Rescale(left, half), Rescale(right, half), LogicalType.Decimal(Max, Max));
            case ArithmeticOperator.Divide:
                int scale = Math.Min(Max, Math.Max(Math.Max(a.Scale, b.Scale), QuotientScale));
                return new Arithmetic(op, Rescale(left, a), Rescale(right, b), LogicalType.Decimal(Max, scale));
            default:
                int common = Math.Max(a.Scale, b.Scale);
                int whole = Math.Max(wholeA, wholeB) + (op == ArithmeticOperator.Modulo ? 0 : 1);
                LogicalType sum = LogicalType.Decimal(Math.Min(Max, whole + common), common);
                LogicalType forLeft = LogicalType.Decimal(Math.Min(Max, wholeA + common), common);
                LogicalType forRight = LogicalType.Decimal(Math.Min(Max, wholeB + common), common);
                return new Arithmetic(op, Rescale(left, forLeft), Rescale(right, forRight), sum);
        }
    }

    private Expression Rescale(Expression operand, LogicalType type)
    {
        if (operand is Constant constant && Coercion.FitConstant(constant, type) is { } fitted) return fitted;
        return context.To(operand, type);
    }

    /// <summary>left = right, in one type.</summary>
    public Expression Equality(Expression left, Expression right, int position) => Compare("=", left, right, position);

    /// <summary>left >= right</summary>
    public Expression AtLeast(Expression left, Expression right, int position) => Compare(">=", left, right, position);

    /// <summary>A comparison, with both sides in one type.</summary>
    private Expression Compare(string symbol, Expression left, Expression right, int position)
    {
        if (left is Call { Function.Info.Name: "row" } leftRow && right is Call { Function.Info.Name: "row" } rightRow)
        {
            return CompareRows(symbol, leftRow, rightRow, position);
        }
        if (context.PartsOf(left) is not null || context.PartsOf(right) is not null)
        {
            LogicalType common = context.CommonType([left, right], symbol);
            (left, right) = (context.To(left, common), context.To(right, common));
        }
        // An object's name beside another one's number: both numbers.
        if (right.Type.IsInteger) left = RegistryCasts.NumberOf(left) ?? left;
        if (left.Type.IsInteger) right = RegistryCasts.NumberOf(right) ?? right;
        (left, right) = Collated(left, right, position);
        (left, right) = Align(left, right, symbol, position);
        return new Comparison(ComparisonOf(symbol)!.Value, left, right) { Position = position };
    }

    // (a, b) < (c, d) is a < c OR (a = c AND b < d).
    private Expression CompareRows(string symbol, Call left, Call right, int position)
    {
        int count = left.Arguments.Count;
        if (count != right.Arguments.Count)
        {
            throw new QueryException(SqlStates.SyntaxError, "Unequal number of entries in row expressions", position);
        }
        IEnumerable<Expression> pairs =
            Enumerable.Range(0, count).Select(i => Compare("=", left.Arguments[i], right.Arguments[i], position));
        if (symbol == "=") return Conjunction.Of(pairs);
        if (symbol == "<>") return Negated(Conjunction.Of(pairs));
        string strict = symbol[..1];
        Expression result = Compare(symbol, left.Arguments[count - 1], right.Arguments[count - 1], position);
        for (int i = count - 2; i >= 0; i--)
        {
            result = Disjunction.Of(
            [
                Compare(strict, left.Arguments[i], right.Arguments[i], position),
                Conjunction.Of([Compare("=", left.Arguments[i], right.Arguments[i], position), result]),
            ]);
        }
        return result;
    }

    private (Expression Left, Expression Right) Align(Expression left, Expression right, string symbol, int position)
    {
        if (left is Constant leftConstant && right is not Constant
            && Coercion.FitConstant(leftConstant, right.Type) is { } fitLeft)
        {
            return (fitLeft, right);
        }
        if (right is Constant rightConstant && left is not Constant
            && Coercion.FitConstant(rightConstant, left.Type) is { } fitRight)
        {
            return (left, fitRight);
        }
        LogicalType? common = TypeCoercion.CommonType([context.TypeOf(left), context.TypeOf(right)]);
        if (common is null) throw NoOperator(symbol, [left, right], position);
        if (common.Kind == TypeKind.Null) common = LogicalType.Varchar;
        return (context.To(left, common), context.To(right, common));
    }

    /// <summary>An operator that is a function under its symbol's name.</summary>
    private Expression BindOperatorCall(string symbol, Expression[] operands, int position)
    {
        if (context.Functions.IsScalar(symbol))
        {
            ArgumentType[] types = [.. operands.Select(context.TypeOf)];
            if (context.Functions.TryBindScalar(symbol, types) is { } function)
            {
                return MakeCall(function, operands, position);
            }
        }
        throw NoOperator(symbol, operands, position);
    }

    private QueryException NoOperator(string symbol, Expression[] operands, int position)
    {
        string text = operands.Length == 1
            ? $"{symbol} {context.TypeOf(operands[0])}"
            : $"{context.TypeOf(operands[0])} {symbol} {context.TypeOf(operands[1])}";
        return new QueryException(
            SqlStates.UndefinedFunction, $"Operator does not exist: {text}", position,
            "No operator takes these types; add explicit casts.");
    }
}
