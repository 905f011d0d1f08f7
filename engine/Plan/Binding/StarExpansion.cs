using System.Text.RegularExpressions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Replaces <c>*</c>, <c>t.*</c> and COLUMNS(…) by the columns that they mean.</summary>
internal sealed class StarExpansion(BindingContext context, Scope scope)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);
    private static readonly Regex s_groupNumber = new(@"\\[0-9]", RegexOptions.NonBacktracking, s_timeout);

    /// <summary>The select list without stars.</summary>
    public IEnumerable<Syntax.SelectItem> Expand(Syntax.SyntaxList<Syntax.SelectItem> items)
    {
        foreach (Syntax.SelectItem item in items)
        {
            switch (item.Expression)
            {
                case Syntax.StarSyntax star:
                    foreach (Syntax.SelectItem column in ExpandStar(star)) yield return column;
                    break;
                default:
                    foreach ((Syntax.SyntaxExpression expression, Syntax.SelectItem? chosen) in
                        ExpandColumns(item.Expression))
                    {
                        yield return chosen is null ? item : new Syntax.SelectItem(
                            expression, AliasFor(item, chosen)) { Range = item.Range };
                    }
                    break;
            }
        }
    }

    /// <summary>An expression once per column that its COLUMNS(…) stand for; itself where it has none.</summary>
    public IEnumerable<Syntax.SyntaxExpression> Expand(Syntax.SyntaxExpression expression) =>
        ExpandColumns(expression).Select(e => e.Expression);

    /// <summary>A condition that holds for all columns that its COLUMNS(…) stand for.</summary>
    public static Syntax.SyntaxExpression OverAll(Syntax.SyntaxExpression condition, StarExpansion stars)
    {
        if (condition is Syntax.LogicalSyntax { Operator: Syntax.LogicalOperator.And } and)
            return and with { Operands = [.. and.Operands.Select(o => OverAll(o, stars))] };
        Syntax.SyntaxExpression[] all = [.. stars.Expand(condition)];
        return all.Length == 1
            ? all[0]
            : new Syntax.LogicalSyntax(Syntax.LogicalOperator.And, [.. all]) { Range = condition.Range };
    }

    // Several COLUMNS(…) in one expression go side by side, so they must choose as many columns each.
    private IEnumerable<(Syntax.SyntaxExpression Expression, Syntax.SelectItem? Chosen)> ExpandColumns(
        Syntax.SyntaxExpression expression)
    {
        List<Syntax.ColumnsSyntax> all = [];
        Collect(expression, all);
        if (all.Count == 0) return [(expression, null)];
        Syntax.SelectItem[][] chosen = [.. all.Select(c => Choose(c).ToArray())];
        if (chosen.FirstOrDefault(c => c.Length != chosen[0].Length) is { } other)
        {
            throw new QueryException(
                SqlStates.SyntaxError,
                $"COLUMNS of one expression choose {chosen[0].Length} and {other.Length} columns",
                expression.Position, "All of them must choose as many.");
        }
        return Enumerable.Range(0, chosen[0].Length).Select(i =>
        {
            Syntax.SyntaxExpression replaced = expression;
            for (int c = 0; c < all.Count; c++)
                replaced = SyntaxReplacement.Replace(replaced, all[c], chosen[c][i].Expression);
            return (replaced, (Syntax.SelectItem?)chosen[0][i]);
        });
    }

    // Those of a subquery are its own business.
    private static void Collect(Syntax.SyntaxNode node, List<Syntax.ColumnsSyntax> target)
    {
        if (node is Syntax.ColumnsSyntax columns) target.Add(columns);
        if (node is Syntax.Query or Syntax.ColumnsSyntax) return;
        Syntax.SyntaxChildren children = node.Children;
        for (int i = 0; i < children.Count; i++) Collect(children[i], target);
    }

    // In an alias \1 is what the first group of the regular expression matched, \0 the whole name.
    private static Syntax.Identifier? AliasFor(Syntax.SelectItem item, Syntax.SelectItem chosen)
    {
        if (item.Alias is null) return chosen.Alias;
        Syntax.ColumnsSyntax? columns = item.Expression.DescendantsAndSelf().OfType<Syntax.ColumnsSyntax>()
            .FirstOrDefault(c => c.Selector is Syntax.StringLiteral or Syntax.StarSyntax);
        if (columns is null || chosen.Alias is null || !item.Alias.Spelling.Contains('\\', StringComparison.Ordinal))
            return item.Alias;
        string pattern = columns.Selector is Syntax.StringLiteral text ? text.Value : ".*";
        Match match = Regex.Match(chosen.Alias.Spelling, pattern, RegexOptions.NonBacktracking, s_timeout);
        string name = s_groupNumber.Replace(
            item.Alias.Spelling, m => match.Groups[m.ValueSpan[1] - '0'].Value);
        return new Syntax.Identifier(name, name, true);
    }

    private IEnumerable<Syntax.SelectItem> ExpandStar(Syntax.StarSyntax star)
    {
        // x.* of no table x are the fields of the column x.
        bool isStruct = star.Qualifier is { } written && scope.FindTable(written.Parts) is null &&
            scope.Find(written, out _) is not null;
        if (isStruct)
        {
            Syntax.ColumnSyntax column = new(star.Qualifier!) { Range = star.Range };
            star = star with { Qualifier = null, Operand = column };
        }
        if (star.Operand is not null)
        {
            Expression operand = new ExpressionBinder(context, scope, new Clause("SELECT")).Bind(star.Operand);
            if (operand.Type.Fields.IsEmpty)
            {
                throw new QueryException(
                    SqlStates.WrongObjectType, $"Type {operand.Type} has no fields to expand", star.Position);
            }
            foreach (Types.Field field in operand.Type.Fields)
            {
                if (star.Exclude.Any(e => e.Parts.Count == 1 && ScopeTable.NamesMatch(e.Last, field.Name))) continue;
                Syntax.Identifier name = new(field.Name, field.Name, true);
                yield return new Syntax.SelectItem(
                    new Syntax.FieldSyntax(star.Operand, name) { Range = star.Range }, name);
            }
            yield break;
        }
        List<(ScopeTable Table, ScopeColumn Column)> columns = [.. ColumnsOf(star)];
        if (columns.Count == 0 && scope.Tables.Count == 0)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "SELECT * with no tables specified is not valid", star.Position);
        }
        HashSet<object> used = [];
        foreach ((ScopeTable table, ScopeColumn column) in columns)
        {
            if (star.Exclude.FirstOrDefault(e => Means(e, table, column)) is { } excluded)
            {
                used.Add(excluded);
                continue;
            }
            if (star.Pattern is not null && !Matches(star.Pattern, column.Name)) continue;
            Syntax.SelectItem? replacement =
                star.Replace.FirstOrDefault(r => ScopeTable.NamesMatch(r.Alias!, column.Name));
            if (replacement is not null)
            {
                used.Add(replacement);
                yield return replacement with { Alias = new Syntax.Identifier(column.Name, column.Name, true) };
                continue;
            }
            Syntax.StarRename? rename = star.Rename.FirstOrDefault(r => Means(r.Column, table, column));
            if (rename is not null) used.Add(rename);
            Syntax.Identifier alias = rename?.Name ?? new Syntax.Identifier(column.Name, column.Name, true);
            yield return new Syntax.SelectItem(
                new BoundSyntax(column.Expression) { Range = star.Range }, alias) { Range = star.Range };
        }
        RequireUsed(star, used, columns);
    }

    private static void RequireUsed(
        Syntax.StarSyntax star, HashSet<object> used, List<(ScopeTable Table, ScopeColumn Column)> columns)
    {
        Syntax.SyntaxNode? unused = star.Exclude.FirstOrDefault(e => !used.Contains(e)) ??
            (Syntax.SyntaxNode?)star.Replace.FirstOrDefault(r => !used.Contains(r))
                ?? star.Rename.FirstOrDefault(r => !used.Contains(r));
        if (unused is null) return;
        string name = unused switch
        {
            Syntax.QualifiedName excluded => excluded.Last.Name,
            Syntax.SelectItem replaced => replaced.Alias!.Name,
            _ => ((Syntax.StarRename)unused).Column.Last.Name,
        };
        string? near = Suggestion.Nearest(name, columns.Select(c => c.Column.Name));
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Column of * does not exist: \"{name}\"", unused.Position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }

    private IEnumerable<(ScopeTable Table, ScopeColumn Column)> ColumnsOf(Syntax.StarSyntax star)
    {
        if (star.Qualifier is null)
        {
            return scope.Tables.SelectMany(t => t.Columns.Where(c => c.IsVisible).Select(c => (t, c)));
        }
        ScopeTable table = scope.FindTable(star.Qualifier.Parts) ?? throw new QueryException(
            SqlStates.UndefinedTable, $"Missing FROM-clause entry for table: \"{star.Qualifier.Last.Name}\"",
            star.Position);
        return table.Columns.Select(c => (table, c));
    }

    private static bool Means(Syntax.QualifiedName name, ScopeTable table, ScopeColumn column) =>
        ScopeTable.NamesMatch(name.Last, column.Name) && (name.Parts.Count == 1 || table.IsMeantBy(name.Qualifier));

    private bool Matches(Syntax.StarPattern pattern, string name)
    {
        Expression bound = context.To(new ExpressionBinder(context, scope, new Clause("SELECT")).Bind(pattern.Pattern),
            Types.LogicalType.Varchar);
        string text = ConstantEvaluator.TryEvaluate(bound, context.Session)?.AsText ?? "";
        string expression = pattern.Kind switch
        {
            Syntax.LikeKind.Glob => "^" + Regex.Escape(text).Replace("\\*", ".*", StringComparison.Ordinal).Replace(
                "\\?", ".", StringComparison.Ordinal) + "$",
            Syntax.LikeKind.SimilarTo => "^(?:" + text + ")$",
            _ => "^" + Regex.Escape(text).Replace("%", ".*", StringComparison.Ordinal).Replace(
                "_", ".", StringComparison.Ordinal) + "$",
        };
        RegexOptions options =
            RegexOptions.NonBacktracking | (pattern.Kind == Syntax.LikeKind.ILike ? RegexOptions.IgnoreCase : 0);
        return Regex.IsMatch(name, expression, options, s_timeout) != pattern.IsNegated;
    }

    private bool IsChosen(Syntax.SyntaxExpression condition, Syntax.Identifier parameter, string name)
    {
        Scope names = new(null) { IsOfParameters = true };
        names.Aliases[parameter.Name] = new Constant(Types.Value.Text(name));
        Expression bound = new ExpressionBinder(context, names, new Clause("COLUMNS")).BindCondition(condition);
        return ConstantEvaluator.TryEvaluate(bound, context.Session) is { IsNull: false, AsBoolean: true };
    }

    private IEnumerable<Syntax.SelectItem> Choose(Syntax.ColumnsSyntax columns)
    {
        switch (columns.Selector)
        {
            case Syntax.StarSyntax star:
                return ExpandStar(star);
            case Syntax.StringLiteral pattern:
                Regex expression;
                try
                {
                    expression = new Regex(pattern.Value, RegexOptions.NonBacktracking, s_timeout);
                }
                catch (ArgumentException error)
                {
                    throw new QueryException(SqlStates.InvalidRegularExpression,
                        $"Invalid regular expression: {error.Message}", pattern.Position);
                }
                Syntax.SelectItem[] matching =
                    [.. ExpandStar(new Syntax.StarSyntax(columns.Qualifier)).Where(
                        i => expression.IsMatch(i.Alias!.Spelling))];
                return matching.Length > 0 ? matching : throw new QueryException(
                    SqlStates.UndefinedColumn, $"No column matches: '{pattern.Value}'", columns.Position);
            case Syntax.ListSyntax list:
                return list.Items.Select(i => i is Syntax.StringLiteral name
                    ? new Syntax.SelectItem(
                        new Syntax.ColumnSyntax(
                            new Syntax.QualifiedName([new Syntax.Identifier(name.Value, name.Value, true)])
                                { Range = i.Range }) { Range = i.Range },
                        new Syntax.Identifier(name.Value))
                    : throw new QueryException(SqlStates.SyntaxError, "COLUMNS takes a list of names", i.Position));
            case Syntax.LambdaSyntax { Parameters: [var parameter] } lambda:
                return ExpandStar(new Syntax.StarSyntax(columns.Qualifier))
                    .Where(i => IsChosen(lambda.Body, parameter, i.Alias!.Spelling));
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    "COLUMNS takes *, a regular expression, a list of names or a lambda of a name", columns.Position);
        }
    }
}

/// <summary>An expression that is bound already, inside a syntax tree: what a star stands for.</summary>
internal sealed record BoundSyntax(Expression Expression) : Syntax.SyntaxExpression
{
    public override Syntax.SyntaxChildren Children => [];
}
