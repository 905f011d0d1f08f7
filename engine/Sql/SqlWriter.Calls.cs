using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Calls, windows, stars.</content>
internal sealed partial class SqlWriter
{
    private void WriteCall(CallSyntax call)
    {
        if (!TryWriteSpecialCall(call))
        {
            for (int i = 0; i < call.Function.Parts.Count - 1; i++)
            {
                WriteName(call.Function.Parts[i]);
                Put('.');
            }
            Put(SqlNames.WriteFunction(call.Function.Last));
            WriteArguments(call);
        }
        if (call.Filter is not null)
        {
            Put(" FILTER (WHERE ");
            WriteExpression(call.Filter);
            Put(')');
        }
        PutIf(call.NullTreatment == NullTreatment.Ignore, " IGNORE NULLS");
        PutIf(call.NullTreatment == NullTreatment.Respect, " RESPECT NULLS");
        if (call.Over is not null)
        {
            Put(" OVER ");
            WriteWindow(call.Over);
        }
    }

    /// <summary>Calls whose usual form has words between the arguments.</summary>
    private bool TryWriteSpecialCall(CallSyntax call)
    {
        bool isPlain = call is { Function.Parts.Count: 1, IsDistinct: false, OrderBy.IsEmpty: true };
        if (!isPlain || call.Arguments.Count != 2) return false;
        foreach (ArgumentSyntax argument in call.Arguments)
        {
            if (argument is not { Name: null, IsVariadic: false } || argument.Value is StarSyntax or LambdaSyntax)
            {
                return false;
            }
        }
        SyntaxExpression first = call.Arguments[0].Value;
        SyntaxExpression second = call.Arguments[1].Value;
        switch (call.Function.Last.Name)
        {
            case "extract" when first is StringLiteral field:
                Put("EXTRACT(");
                PutString(field.Value);
                Put(" FROM ");
                WriteExpression(second);
                Put(')');
                return true;
            case "position":
                Put("POSITION(");
                WriteExpression(second, Precedence.Other);
                Put(" IN ");
                WriteExpression(first, Precedence.Other);
                Put(')');
                return true;
            default: return false;
        }
    }

    private void WriteArguments(CallSyntax call)
    {
        Put('(');
        PutIf(call.IsDistinct, "DISTINCT ");
        PutList(call.Arguments, WriteArgument);
        if (!call.IsWithinGroup && !call.OrderBy.IsEmpty)
        {
            PutIf(!call.Arguments.IsEmpty, " ");
            WriteOrderBy(call.OrderBy);
        }
        Put(')');
        if (!call.IsWithinGroup) return;
        Put(" WITHIN GROUP (");
        WriteOrderBy(call.OrderBy);
        Put(')');
    }

    private void WriteArgument(ArgumentSyntax argument)
    {
        PutIf(argument.IsVariadic, "VARIADIC ");
        if (argument.Name is not null)
        {
            WriteName(argument.Name);
            Put(" => ");
        }
        bool enclose = LooksLikeLambda(argument.Value);
        PutIf(enclose, "(");
        WriteExpression(argument.Value);
        PutIf(enclose, ")");
    }

    /// <summary>True when the text would begin with <c>name -></c>, which some calls take for a lambda.</summary>
    private static bool LooksLikeLambda(SyntaxExpression expression)
    {
        while (true)
        {
            switch (expression)
            {
                case BinarySyntax { Operator: "->", Left: ColumnSyntax }: return true;
                case BinarySyntax binary: expression = binary.Left; break;
                case LogicalSyntax { Operands.Count: > 0 } logical: expression = logical.Operands[0]; break;
                case IsSyntax test: expression = test.Operand; break;
                case DistinctFromSyntax distinct: expression = distinct.Left; break;
                case BetweenSyntax between: expression = between.Operand; break;
                case InSyntax list: expression = list.Operand; break;
                case InQuerySyntax query: expression = query.Operand; break;
                case InCollectionSyntax collection: expression = collection.Operand; break;
                case LikeSyntax like: expression = like.Operand; break;
                case QuantifiedSyntax quantified: expression = quantified.Operand; break;
                case QuantifiedQuerySyntax quantified: expression = quantified.Operand; break;
                default: return false;
            }
        }
    }

    private void WriteWindow(WindowSyntax window)
    {
        if (window is WindowReference reference)
        {
            WriteName(reference.Name);
            return;
        }
        WindowSpecification specification = (WindowSpecification)window;
        Put('(');
        string separator = "";
        if (specification.BaseName is not null)
        {
            WriteName(specification.BaseName);
            separator = " ";
        }
        if (!specification.PartitionBy.IsEmpty)
        {
            Put(separator);
            Put("PARTITION BY ");
            PutList(specification.PartitionBy, WriteExpression);
            separator = " ";
        }
        if (!specification.OrderBy.IsEmpty)
        {
            Put(separator);
            WriteOrderBy(specification.OrderBy);
            separator = " ";
        }
        if (specification.Frame is not null)
        {
            Put(separator);
            WriteFrame(specification.Frame);
        }
        Put(')');
    }

    private void WriteFrame(WindowFrame frame)
    {
        Put(frame.Unit switch { FrameUnit.Rows => "ROWS", FrameUnit.Range => "RANGE", _ => "GROUPS" });
        Put(" BETWEEN ");
        WriteBound(frame.Start);
        Put(" AND ");
        WriteBound(frame.End);
        Put(frame.Exclusion switch
        {
            FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion.Group => " EXCLUDE GROUP",
            FrameExclusion.Ties => " EXCLUDE TIES",
            _ => "",
        });
    }

    private void WriteBound(FrameBound bound)
    {
        if (bound.Offset is not null)
        {
            WriteExpression(bound.Offset);
            Put(' ');
        }
        Put(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => "PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => "FOLLOWING",
            FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
            _ => throw Invariant.Unreachable(bound.Kind.ToString()),
        });
    }

    private void WriteStar(StarSyntax star)
    {
        if (star.Operand is not null)
        {
            WritePostfixOperand(star.Operand, isBehindDot: true);
            Put('.');
        }
        else if (star.Qualifier is not null)
        {
            WriteName(star.Qualifier);
            Put('.');
        }
        Put('*');
        if (star.Pattern is StarPattern pattern)
        {
            PutIf(pattern.IsNegated, " NOT");
            Put($" {LikeWord(pattern.Kind)} ");
            WriteExpression(pattern.Pattern, Precedence.Other);
            if (pattern.Escape is not null)
            {
                Put(" ESCAPE ");
                WriteExpression(pattern.Escape, Precedence.Other);
            }
        }
        WriteStarPart(" EXCLUDE ", star.Exclude, WriteName);
        WriteStarPart(" REPLACE ", star.Replace, WriteSelectItem);
        WriteStarPart(" RENAME ", star.Rename, rename =>
        {
            WriteName(rename.Column);
            Put(" AS ");
            WriteName(rename.Name);
        });
    }

    private void WriteStarPart<T>(string word, SyntaxList<T> items, Action<T> write)
    {
        if (items.IsEmpty) return;
        Put(word);
        PutParenthesized(items, write);
    }

    private void WriteColumns(ColumnsSyntax columns)
    {
        PutIf(columns.IsSpread, "*");
        if (columns.Qualifier is not null)
        {
            WriteName(columns.Qualifier);
            Put('.');
        }
        Put("COLUMNS(");
        bool enclose = LooksLikeLambda(columns.Selector);
        PutIf(enclose, "(");
        WriteExpression(columns.Selector);
        PutIf(enclose, ")");
        Put(')');
    }
}
