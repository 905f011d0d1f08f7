using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Values of options in WITH (…) and COPY: literals, bare words, lists.</summary>
internal static class OptionValues
{
    /// <summary>The options of a list by lower-case name, each once.</summary>
    public static PlanList<DescribedSetting> Bind(IEnumerable<Syntax.OptionSyntax> options, BindingContext context)
    {
        List<DescribedSetting> settings = [];
        foreach (Syntax.OptionSyntax option in options)
        {
            string name = option.Name.Name.ToLowerInvariant();
            if (settings.Exists(s => s.Name == name))
            {
                throw new QueryException(SqlStates.SyntaxError, $"Option is given twice: {name}", option.Position);
            }
            settings.Add(new DescribedSetting(name, ValueOf(option.Value, context), option.Position));
        }
        return settings.ToPlanList();
    }

    /// <summary>
    /// One value: a bare word is its text, an option without a value is true, a list is a LIST of texts.
    /// </summary>
    public static Value ValueOf(Syntax.SyntaxExpression? syntax, BindingContext context)
    {
        switch (syntax)
        {
            case null:
                return Value.Boolean(true);
            case Syntax.ColumnSyntax word:
                return Value.Text(string.Join('.', word.Name.Parts.Select(p => p.Name)));
            case Syntax.StarSyntax:
                return Value.Text("*");
            case Syntax.RowSyntax row:
                return Texts(row.Fields, context);
            case Syntax.ListSyntax list:
                return Texts(list.Items, context);
            case Syntax.StructSyntax fields:
                LogicalType type =
                    LogicalType.Struct([.. fields.Fields.Select(f => new Field(f.Name.Spelling, LogicalType.Varchar))]);
                return Value.Nested(type, [.. fields.Fields.Select(f => AsText(f.Value, context))]);
            default:
                Expression bound = new ExpressionBinder(context, new Scope(null), new Clause("an option")).Bind(syntax);
                return ConstantEvaluator.TryEvaluate(bound, context.Session) ??
                    throw new QueryException(
                        SqlStates.FeatureNotSupported, "Options must be constants", syntax.Position);
        }
    }

    private static Value Texts(IEnumerable<Syntax.SyntaxExpression> items, BindingContext context) =>
        Value.Nested(LogicalType.List(LogicalType.Varchar), [.. items.Select(i => AsText(i, context))]);

    private static Value AsText(Syntax.SyntaxExpression syntax, BindingContext context)
    {
        Value value = ValueOf(syntax, context);
        return value.IsNull ? Value.Null(LogicalType.Varchar) : Value.Text(value.ToString());
    }
}
