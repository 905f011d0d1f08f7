using System.Collections.Frozen;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Every expression that travels, beside its number in plans. A number is never used again for another expression.
/// Operands come before what is computed from them, so that a reader can check the types of both.
/// </summary>
internal static class ExpressionRegistry
{
    private static readonly FrozenDictionary<int, Entry> s_byNumber = new Dictionary<int, Entry>
    {
        [1] = Entry.Of<ColumnReference>(WriteColumn, ReadColumn),
        [2] = Entry.Of<Constant>((target, e) => Write(target, 1, t => t.Write(e.Value)), ReadConstant),
        [3] = Entry.Of<Parameter>(WriteParameter, ReadParameter),
        [4] = Entry.Of<Call>(WriteCall, ReadCall),
        [5] = Entry.Of<Cast>(WriteCast, ReadCast),
        [6] = Entry.Of<Arithmetic>(WriteArithmetic, ReadArithmetic),
        [7] = Entry.Of<Negate>((target, e) => Write(target, 1, t => t.Write(e.Operand)), ReadNegate),
        [8] = Entry.Of<Case>(WriteCase, ReadCase),
        [9] = Entry.Of<Comparison>(WriteComparison, ReadComparison),
        [10] = Entry.Of<IsDistinct>(WriteIsDistinct, ReadIsDistinct),
        [11] = Entry.Of<Conjunction>((target, e) => Write(target, 1, t => t.Write(e.Operands)), ReadConjunction),
        [12] = Entry.Of<Disjunction>((target, e) => Write(target, 1, t => t.Write(e.Operands)), ReadDisjunction),
        [13] = Entry.Of<Not>((target, e) => Write(target, 1, t => t.Write(e.Operand)), ReadNot),
        [14] = Entry.Of<IsNull>(WriteIsNull, ReadIsNull),
        [15] = Entry.Of<InList>(WriteInList, ReadInList),
        [16] = Entry.Of<Like>(WriteLike, ReadLike),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, int> s_numbers =
        s_byNumber.ToFrozenDictionary(e => e.Value.Expression, e => e.Key);

    /// <summary>All expression types that travel, by number.</summary>
    public static IReadOnlyDictionary<int, Type> Expressions { get; } =
        s_byNumber.ToDictionary(e => e.Key, e => e.Value.Expression);

    /// <summary>True for an expression that other processes can compute.</summary>
    public static bool Travels(Expression expression) => expression.DescendantsAndSelf().All(
        e => s_numbers.ContainsKey(e.GetType()) && (e is not Call call || FunctionBytes.Travels(call)));

    public static void Write(PlanWriter target, Expression expression)
    {
        if (!s_numbers.TryGetValue(expression.GetType(), out int number))
        {
            throw Invariant.Unreachable($"{expression.GetType().Name} does not travel");
        }
        target.Begin(3);
        target.Write(number);
        target.Write(expression.Position);
        s_byNumber[number].Write(target, expression);
    }

    /// <summary>An expression over columns.</summary>
    public static Expression Read(PlanReader source, Schema columns)
    {
        source.Begin(3);
        int number = source.ReadInt32();
        int position = source.ReadInt32();
        source.Check(s_byNumber.TryGetValue(number, out Entry? entry), $"expression number {number}");
        return source.Source.ReadNested(_ => entry!.Read(source, columns)) with { Position = position };
    }

    private static void Write(PlanWriter target, int fields, Action<PlanWriter> write)
    {
        target.Begin(fields);
        write(target);
    }

    private static void WriteColumn(PlanWriter target, ColumnReference column)
    {
        target.Begin(3);
        target.Write(column.Index);
        target.Write(column.Type);
        target.Write(column.Name);
    }

    private static ColumnReference ReadColumn(PlanReader source, Schema columns)
    {
        source.Begin(3);
        ColumnReference column = new(source.ReadInt32(), source.ReadType(), source.ReadString());
        bool fits = (uint)column.Index < (uint)columns.Count && columns[column.Index].Type.Equals(column.Type);
        source.Check(fits, "column of an expression");
        return column;
    }

    private static Constant ReadConstant(PlanReader source, Schema columns)
    {
        source.Begin(1);
        return new Constant(source.ReadValue());
    }

    private static void WriteParameter(PlanWriter target, Parameter parameter)
    {
        target.Begin(2);
        target.Write(parameter.Number);
        target.Write(parameter.Type);
    }

    private static Parameter ReadParameter(PlanReader source, Schema columns)
    {
        source.Begin(2);
        int number = source.ReadInt32();
        source.Check(number is >= 1 and <= 65_535, "number of a parameter");
        return new Parameter(number, source.ReadType());
    }

    private static void WriteCall(PlanWriter target, Call call)
    {
        target.Begin(2);
        target.Write(call.Arguments);
        FunctionBytes.Write(target, call.Function);
    }

    private static Call ReadCall(PlanReader source, Schema columns)
    {
        source.Begin(2);
        PlanList<Expression> arguments = source.ReadExpressions(columns);
        return new Call(source.Source.ReadNested(_ => FunctionBytes.ReadScalar(source, arguments)), arguments);
    }

    private static void WriteCast(PlanWriter target, Cast cast)
    {
        target.Begin(3);
        target.Write(cast.Operand);
        target.Write(cast.Type);
        target.Write(cast.IsTry);
    }

    private static Cast ReadCast(PlanReader source, Schema columns)
    {
        source.Begin(3);
        return new Cast(source.ReadExpression(columns), source.ReadType(), source.ReadBool());
    }

    private static void WriteArithmetic(PlanWriter target, Arithmetic arithmetic)
    {
        target.Begin(4);
        target.WriteEnum(arithmetic.Operator);
        target.Write(arithmetic.Left);
        target.Write(arithmetic.Right);
        target.Write(arithmetic.Type);
    }

    private static Arithmetic ReadArithmetic(PlanReader source, Schema columns)
    {
        source.Begin(4);
        Arithmetic arithmetic = new(
            source.ReadEnum<ArithmeticOperator>(), source.ReadExpression(columns), source.ReadExpression(columns),
            source.ReadType());
        TypeKind kind = arithmetic.Type.Kind;
        source.Check(
            arithmetic.Type.IsNumeric && arithmetic.Left.Type.Kind == kind && arithmetic.Right.Type.Kind == kind,
            "types of arithmetic");
        return arithmetic;
    }

    private static Negate ReadNegate(PlanReader source, Schema columns)
    {
        source.Begin(1);
        Expression operand = source.ReadExpression(columns);
        source.Check(operand.Type.IsNumeric, "type of a negated value");
        return new Negate(operand);
    }

    private static void WriteCase(PlanWriter target, Case expression)
    {
        target.Begin(3);
        target.Write(expression.Branches.Map(b => b.Condition));
        target.Write(expression.Branches.Map(b => b.Result));
        target.Write(expression.Otherwise);
    }

    private static Case ReadCase(PlanReader source, Schema columns)
    {
        source.Begin(3);
        PlanList<Expression> conditions = ReadConditions(source, columns, atLeast: 0);
        PlanList<Expression> results = source.ReadExpressions(columns);
        Expression otherwise = source.ReadExpression(columns);
        source.Check(results.Count == conditions.Count, "number of results of a CASE");
        source.Check(results.All(r => r.Type.Equals(otherwise.Type)), "types of the results of a CASE");
        return new Case([.. conditions.Select((c, i) => new CaseBranch(c, results[i]))], otherwise);
    }

    private static void WriteComparison(PlanWriter target, Comparison comparison)
    {
        target.Begin(4);
        target.WriteEnum(comparison.Operator);
        target.Write(comparison.Left);
        target.Write(comparison.Right);
        target.Write(comparison.Collation);
    }

    private static Comparison ReadComparison(PlanReader source, Schema columns)
    {
        source.Begin(4);
        Comparison comparison = new(
            source.ReadEnum<ComparisonOperator>(), source.ReadExpression(columns), source.ReadExpression(columns));
        source.CheckComparable(comparison.Left.Type, comparison.Right.Type);
        return comparison with { Collation = source.Source.ReadStringOrNil() };
    }

    private static void WriteIsDistinct(PlanWriter target, IsDistinct expression)
    {
        target.Begin(3);
        target.Write(expression.Left);
        target.Write(expression.Right);
        target.Write(expression.IsNegated);
    }

    private static IsDistinct ReadIsDistinct(PlanReader source, Schema columns)
    {
        source.Begin(3);
        IsDistinct expression = new(source.ReadExpression(columns), source.ReadExpression(columns), source.ReadBool());
        source.CheckComparable(expression.Left.Type, expression.Right.Type);
        return expression;
    }

    private static Conjunction ReadConjunction(PlanReader source, Schema columns)
    {
        source.Begin(1);
        return new Conjunction(ReadConditions(source, columns, atLeast: 2));
    }

    private static Disjunction ReadDisjunction(PlanReader source, Schema columns)
    {
        source.Begin(1);
        return new Disjunction(ReadConditions(source, columns, atLeast: 2));
    }

    private static Not ReadNot(PlanReader source, Schema columns)
    {
        source.Begin(1);
        return new Not(source.ReadCondition(columns));
    }

    private static void WriteIsNull(PlanWriter target, IsNull expression)
    {
        target.Begin(2);
        target.Write(expression.Operand);
        target.Write(expression.IsNegated);
    }

    private static IsNull ReadIsNull(PlanReader source, Schema columns)
    {
        source.Begin(2);
        return new IsNull(source.ReadExpression(columns), source.ReadBool());
    }

    private static void WriteInList(PlanWriter target, InList expression)
    {
        target.Begin(3);
        target.Write(expression.Operand);
        target.Write(expression.Items);
        target.Write(expression.IsNegated);
    }

    private static InList ReadInList(PlanReader source, Schema columns)
    {
        source.Begin(3);
        InList expression = new(source.ReadExpression(columns), source.ReadExpressions(columns), source.ReadBool());
        foreach (Expression item in expression.Items) source.CheckComparable(expression.Operand.Type, item.Type);
        return expression;
    }

    private static void WriteLike(PlanWriter target, Like like)
    {
        target.Begin(5);
        target.Write(like.Operand);
        target.Write(like.Pattern);
        target.Write(like.IsCaseInsensitive);
        target.Write(like.Escape?.Value ?? -1);
        target.Write(like.IsNegated);
    }

    private static Like ReadLike(PlanReader source, Schema columns)
    {
        source.Begin(5);
        Expression operand = source.ReadExpression(columns);
        Expression pattern = source.ReadExpression(columns);
        bool areTexts = operand.Type.Physical == PhysicalType.Utf8 && pattern.Type.Physical == PhysicalType.Utf8;
        source.Check(areTexts, "types of LIKE");
        bool isCaseInsensitive = source.ReadBool();
        int escape = source.ReadInt32();
        source.Check(escape == -1 || Rune.IsValid(escape), "escape of LIKE");
        return new Like(operand, pattern, isCaseInsensitive, escape < 0 ? null : new Rune(escape), source.ReadBool());
    }

    private static PlanList<Expression> ReadConditions(PlanReader source, Schema columns, int atLeast)
    {
        PlanList<Expression> conditions = source.ReadExpressions(columns);
        source.Check(conditions.Count >= atLeast, "number of conditions");
        source.Check(conditions.All(c => c.Type.Kind == TypeKind.Boolean), "type of a condition");
        return conditions;
    }

    private sealed record Entry(
        Type Expression, Action<PlanWriter, Expression> Write, Func<PlanReader, Schema, Expression> Read)
    {
        public static Entry Of<T>(Action<PlanWriter, T> write, Func<PlanReader, Schema, T> read) where T : Expression =>
            new(typeof(T), (target, expression) => write(target, (T)expression), read);
    }
}
