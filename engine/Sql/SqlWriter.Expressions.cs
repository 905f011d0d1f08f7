using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Expressions.</content>
internal sealed partial class SqlWriter
{
    private void WriteExpression(SyntaxExpression expression) => WriteExpression(expression, Precedence.None);

    /// <summary>The expression, in parentheses if it binds more loosely than its place allows.</summary>
    private void WriteExpression(SyntaxExpression expression, Precedence minimum)
    {
        EnsureStack();
        bool enclose = LevelOf(expression) < minimum;
        PutIf(enclose, "(");
        WriteBare(expression);
        PutIf(enclose, ")");
    }

    private static Precedence LevelOf(SyntaxExpression expression) => expression switch
    {
        LogicalSyntax { Operator: LogicalOperator.Or } => Precedence.Or,
        LogicalSyntax => Precedence.And,
        NotSyntax => Precedence.Not,
        IsSyntax or DistinctFromSyntax => Precedence.Is,
        BetweenSyntax or InSyntax or InQuerySyntax or InCollectionSyntax or LikeSyntax => Precedence.Like,
        BinarySyntax binary => LevelOf(binary.Operator),
        QuantifiedSyntax quantified => LevelOf(quantified.Operator),
        QuantifiedQuerySyntax quantified => LevelOf(quantified.Operator),
        UnarySyntax { Operator: "+" or "-" } => Precedence.Sign,
        UnarySyntax => Precedence.Other,
        AtTimeZoneSyntax => Precedence.AtTimeZone,
        CollateSyntax => Precedence.Collate,
        IntegerLiteral { Value: < 0 } or NumericLiteral { Text: ['-', ..] } => Precedence.Sign,
        _ => Precedence.Operand,
    };

    private static Precedence LevelOf(string symbol) => symbol switch
    {
        "=" or "<>" or "<" or ">" or "<=" or ">=" => Precedence.Comparison,
        "+" or "-" => Precedence.Additive,
        "*" or "/" or "//" or "%" => Precedence.Multiplicative,
        "^" or "**" => Precedence.Power,
        _ => Precedence.Other,
    };

    private void WriteBare(SyntaxExpression expression)
    {
        switch (expression)
        {
            case NullLiteral: Put("NULL"); break;
            case BooleanLiteral boolean: Put(boolean.Value ? "TRUE" : "FALSE"); break;
            case IntegerLiteral integer: Put(integer.Value); break;
            case NumericLiteral numeric: Put(numeric.Text); break;
            case StringLiteral text: PutString(text.Value); break;
            case BitStringLiteral bits: Put($"B'{bits.Bits}'"); break;
            case TypedLiteral typed:
                WriteType(typed.Type);
                Put(' ');
                PutString(typed.Text);
                break;
            case IntervalSyntax interval: WriteInterval(interval); break;
            case SpecialValueSyntax special: WriteSpecialValue(special); break;
            case ColumnSyntax column: WriteName(column.Name); break;
            case FieldSyntax field:
                WritePostfixOperand(field.Operand, isBehindDot: true);
                Put('.');
                WriteName(field.Field);
                break;
            case PositionalSyntax positional:
                Put('#');
                Put(positional.Number);
                break;
            case ParameterSyntax parameter:
                Put('$');
                Put(parameter.Name ?? parameter.Number.ToString(CultureInfo.InvariantCulture));
                break;
            case UnarySyntax unary: WriteUnary(unary); break;
            case BinarySyntax binary: WriteBinary(binary); break;
            case LogicalSyntax logical: WriteLogical(logical); break;
            case NotSyntax not:
                Put("NOT ");
                WriteExpression(not.Operand, Precedence.Not);
                break;
            case CastSyntax { IsTry: true } cast: WriteCastCall(cast); break;
            case CastSyntax cast:
                WriteExpression(cast.Operand, Precedence.Operand);
                Put("::");
                WriteType(cast.Type);
                break;
            case CollateSyntax collate:
                WriteExpression(collate.Operand, Precedence.Collate);
                Put(" COLLATE ");
                WriteName(collate.Collation);
                break;
            case AtTimeZoneSyntax zone: WriteAtTimeZone(zone); break;
            case CaseSyntax choice: WriteCase(choice); break;
            case CallSyntax call: WriteCall(call); break;
            case StarSyntax star: WriteStar(star); break;
            case ColumnsSyntax columns: WriteColumns(columns); break;
            case DefaultSyntax: Put("DEFAULT"); break;
            case AllColumnsSyntax: Put("ALL"); break;
            case LambdaSyntax lambda:
                Put("lambda ");
                PutList(lambda.Parameters, WriteName);
                Put(": ");
                WriteExpression(lambda.Body);
                break;
            case SubquerySyntax subquery: WriteParenthesizedQuery(subquery.Query); break;
            case ListSubquerySyntax subquery:
                Put("ARRAY");
                WriteParenthesizedQuery(subquery.Query);
                break;
            case ExistsSyntax exists:
                Put("EXISTS ");
                WriteParenthesizedQuery(exists.Query);
                break;
            default:
                if (!TryWritePredicate(expression) && !TryWriteCollection(expression))
                {
                    throw Invariant.Unreachable(expression.GetType().Name);
                }
                break;
        }
    }

    private void WriteCastCall(CastSyntax cast)
    {
        Put(cast.IsTry ? "TRY_CAST(" : "CAST(");
        WriteExpression(cast.Operand);
        Put(" AS ");
        WriteType(cast.Type);
        Put(')');
    }

    private void WriteParenthesizedQuery(Query query)
    {
        Put('(');
        WriteQuery(query);
        Put(')');
    }

    private void WriteUnary(UnarySyntax unary)
    {
        Put(unary.Operator);
        int operandStart = _sql.Length;
        WriteExpression(unary.Operand, unary.Operator is "+" or "-" ? Precedence.Sign : Precedence.Additive);
        // Two operators side by side would be read as one.
        bool isSign = unary.Operator is "+" or "-";
        if (!isSign || "+-*/<>=~!@#%^&|`?".Contains(_sql[operandStart], StringComparison.Ordinal))
        {
            _sql.Insert(operandStart, ' ');
        }
    }

    private void WriteBinary(BinarySyntax binary)
    {
        Precedence level = LevelOf(binary.Operator);
        WriteExpression(binary.Left, level == Precedence.Comparison ? level + 1 : level);
        Put($" {binary.Operator} ");
        WriteExpression(binary.Right, level + 1);
    }

    private void WriteLogical(LogicalSyntax logical)
    {
        Precedence level = LevelOf(logical);
        for (int i = 0; i < logical.Operands.Count; i++)
        {
            if (i > 0) Put(logical.Operator == LogicalOperator.And ? " AND " : " OR ");
            WriteExpression(logical.Operands[i], level + 1);
        }
    }

    private bool TryWritePredicate(SyntaxExpression expression)
    {
        switch (expression)
        {
            case IsSyntax test:
                // Tests may follow each other: a IS NULL IS TRUE.
                WriteExpression(test.Operand, test.Operand is IsSyntax ? Precedence.Is : Precedence.Comparison);
                Put(test.IsNegated ? " IS NOT " : " IS ");
                Put(test.Test switch
                {
                    IsTest.Null => "NULL",
                    IsTest.True => "TRUE",
                    IsTest.False => "FALSE",
                    IsTest.Unknown => "UNKNOWN",
                    IsTest.Json => "JSON",
                    IsTest.JsonObject => "JSON OBJECT",
                    IsTest.JsonArray => "JSON ARRAY",
                    _ => "JSON SCALAR",
                });
                return true;
            case DistinctFromSyntax distinct:
                WriteExpression(distinct.Left, Precedence.Comparison);
                Put(distinct.IsNegated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
                WriteExpression(distinct.Right, Precedence.Comparison);
                return true;
            case BetweenSyntax between:
                WriteExpression(between.Operand, Precedence.Other);
                PutIf(between.IsNegated, " NOT");
                Put(between.IsSymmetric ? " BETWEEN SYMMETRIC " : " BETWEEN ");
                WriteExpression(between.Low, Precedence.Other);
                Put(" AND ");
                WriteExpression(between.High, Precedence.Other);
                return true;
            case InSyntax list:
                WriteInLeft(list.Operand, list.IsNegated);
                PutParenthesized(list.Items, WriteExpression);
                return true;
            case InQuerySyntax query:
                WriteInLeft(query.Operand, query.IsNegated);
                WriteParenthesizedQuery(query.Query);
                return true;
            case InCollectionSyntax collection:
                WriteInLeft(collection.Operand, collection.IsNegated);
                WriteExpression(collection.Collection, Precedence.Other);
                return true;
            case LikeSyntax like: WriteLike(like); return true;
            case QuantifiedSyntax quantified:
                WriteQuantifiedLeft(quantified.Operand, quantified.Operator, quantified.Quantifier);
                Put('(');
                WriteExpression(quantified.Collection);
                Put(')');
                return true;
            case QuantifiedQuerySyntax quantified:
                WriteQuantifiedLeft(quantified.Operand, quantified.Operator, quantified.Quantifier);
                WriteParenthesizedQuery(quantified.Query);
                return true;
            default: return false;
        }
    }

    private void WriteInLeft(SyntaxExpression operand, bool negated)
    {
        WriteExpression(operand, operand is InSyntax or InQuerySyntax ? Precedence.Like : Precedence.Other);
        Put(negated ? " NOT IN " : " IN ");
    }

    private void WriteLike(LikeSyntax like)
    {
        WriteExpression(like.Operand, Precedence.Other);
        PutIf(like.IsNegated, " NOT");
        Put($" {LikeWord(like.Kind)} ");
        WriteExpression(like.Pattern, Precedence.Other);
        if (like.Escape is null) return;
        Put(" ESCAPE ");
        WriteExpression(like.Escape, Precedence.Other);
    }

    private static string LikeWord(LikeKind kind) => kind switch
    {
        LikeKind.Like => "LIKE",
        LikeKind.ILike => "ILIKE",
        LikeKind.SimilarTo => "SIMILAR TO",
        _ => "GLOB",
    };

    private void WriteQuantifiedLeft(SyntaxExpression operand, string symbol, Quantifier quantifier)
    {
        Precedence level = LevelOf(symbol);
        WriteExpression(operand, level == Precedence.Comparison ? level + 1 : level);
        Put($" {symbol} {(quantifier == Quantifier.Any ? "ANY" : "ALL")} ");
    }

    private void WriteAtTimeZone(AtTimeZoneSyntax zone)
    {
        WriteExpression(zone.Operand, Precedence.AtTimeZone);
        if (zone.Zone is null)
        {
            Put(" AT LOCAL");
            return;
        }
        Put(" AT TIME ZONE ");
        WriteExpression(zone.Zone, Precedence.Collate);
    }

    private void WriteCase(CaseSyntax choice)
    {
        Put("CASE");
        if (choice.Operand is not null)
        {
            Put(' ');
            WriteExpression(choice.Operand);
        }
        foreach (CaseBranch branch in choice.Branches)
        {
            Put(" WHEN ");
            WriteExpression(branch.Condition);
            Put(" THEN ");
            WriteExpression(branch.Result);
        }
        if (choice.Otherwise is not null)
        {
            Put(" ELSE ");
            WriteExpression(choice.Otherwise);
        }
        Put(" END");
    }

    private bool TryWriteCollection(SyntaxExpression expression)
    {
        switch (expression)
        {
            case RowSyntax row:
                // With the word, one field or none can be written, and nothing takes it for a list of values.
                Put("ROW");
                PutParenthesized(row.Fields, WriteExpression);
                return true;
            case ListSyntax list:
                Put('[');
                PutList(list.Items, WriteExpression);
                Put(']');
                return true;
            case ListComprehensionSyntax list:
                Put('[');
                WriteExpression(list.Result);
                Put(" FOR ");
                PutList(list.Variables, WriteName);
                Put(" IN ");
                WriteExpression(list.Source);
                if (list.Condition is not null)
                {
                    Put(" IF ");
                    WriteExpression(list.Condition);
                }
                Put(']');
                return true;
            case StructSyntax structure:
                Put('{');
                PutList(structure.Fields, field =>
                {
                    PutString(field.Name.Name);
                    Put(": ");
                    WriteExpression(field.Value);
                });
                Put('}');
                return true;
            case MapSyntax map:
                Put("MAP {");
                PutList(map.Entries, entry =>
                {
                    WriteExpression(entry.Key);
                    Put(": ");
                    WriteExpression(entry.Value);
                });
                Put('}');
                return true;
            case SubscriptSyntax subscript:
                WritePostfixOperand(subscript.Operand, isBehindDot: false);
                Put('[');
                WriteExpression(subscript.Index);
                Put(']');
                return true;
            case SliceSyntax slice: WriteSlice(slice); return true;
            default: return false;
        }
    }

    private void WriteSlice(SliceSyntax slice)
    {
        WritePostfixOperand(slice.Operand, isBehindDot: false);
        Put('[');
        if (slice.From is not null) WriteExpression(slice.From);
        Put(':');
        if (slice.To is not null) WriteExpression(slice.To);
        else PutIf(slice.Step is not null, "-");
        if (slice.Step is not null)
        {
            Put(':');
            WriteExpression(slice.Step);
        }
        Put(']');
    }

    /// <summary>What stands in front of <c>[</c> or a dot, where a column would become a longer name.</summary>
    private void WritePostfixOperand(SyntaxExpression operand, bool isBehindDot)
    {
        bool bare = operand is CallSyntax { Over: null, Filter: null, IsWithinGroup: false } or SubscriptSyntax
            or SliceSyntax or FieldSyntax or ListSyntax or StructSyntax or MapSyntax or ParameterSyntax
            || (operand is ColumnSyntax && !isBehindDot);
        PutIf(!bare, "(");
        WriteExpression(operand);
        PutIf(!bare, ")");
    }

    private void WriteInterval(IntervalSyntax interval)
    {
        Put("INTERVAL ");
        bool isPostgres = interval.Fields <= IntervalFields.MinuteToSecond;
        if (interval.Amount is StringLiteral text && isPostgres)
        {
            if (interval.Fields == IntervalFields.All)
            {
                WriteIntervalFields(interval.Fields, interval.Precision);
                PutIf(interval.Precision is not null, " ");
                PutString(text.Value);
                return;
            }
            PutString(text.Value);
        }
        else
        {
            Put('(');
            WriteExpression(interval.Amount);
            Put(')');
        }
        WriteIntervalFields(interval.Fields, interval.Precision);
    }

    private void WriteSpecialValue(SpecialValueSyntax special)
    {
        Put(special.Value switch
        {
            SpecialValue.CurrentDate => "CURRENT_DATE",
            SpecialValue.CurrentTime => "CURRENT_TIME",
            SpecialValue.CurrentTimestamp => "CURRENT_TIMESTAMP",
            SpecialValue.LocalTime => "LOCALTIME",
            SpecialValue.LocalTimestamp => "LOCALTIMESTAMP",
            SpecialValue.CurrentUser => "CURRENT_USER",
            SpecialValue.CurrentRole => "CURRENT_ROLE",
            SpecialValue.SessionUser => "SESSION_USER",
            SpecialValue.User => "USER",
            SpecialValue.CurrentCatalog => "CURRENT_CATALOG",
            _ => "CURRENT_SCHEMA",
        });
        if (special.Precision is int precision) Put($"({precision.ToString(CultureInfo.InvariantCulture)})");
    }
}
