using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Scalar.Conditional;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Types of CREATE DOMAIN. A column of one is a column of the type below with the domain's conditions as its own; a
/// cast to one checks them.
/// </summary>
internal static class Domains
{
    private const string ValueName = "value";

    /// <summary>The column with the conditions of its type written out.</summary>
    public static Syntax.ColumnDefinition Expand(Syntax.ColumnDefinition column, BindingContext context)
    {
        while (Find(column.Type, context) is { } domain)
        {
            List<Syntax.ConstraintSyntax> constraints = [.. column.Constraints];
            foreach (Syntax.ConstraintSyntax condition in domain.Constraints)
            {
                switch (condition)
                {
                    case Syntax.DefaultConstraint when constraints.Exists(c => c
                        is Syntax.DefaultConstraint or Syntax.GeneratedConstraint or Syntax.IdentityConstraint):
                    case Syntax.NotNullConstraint when constraints.Exists(c => c is Syntax.NotNullConstraint):
                        break;
                    case Syntax.CheckConstraint check:
                        Syntax.ColumnSyntax own = new(new Syntax.QualifiedName([column.Name]));
                        constraints.Add(check with
                        {
                            // Two columns of the domain in one table have a constraint each.
                            Name = null, Condition = WithValue(check.Condition, own),
                        });
                        break;
                    default:
                        constraints.Add(condition);
                        break;
                }
            }
            column = column with { Type = domain.Base, Constraints = Syntax.SyntaxList.From(constraints) };
        }
        return column;
    }

    /// <summary>The value of a cast, or an error where the type is a domain that refuses it.</summary>
    public static Expression Checked(this BindingContext context, Expression value, Syntax.TypeName? type)
    {
        return Find(type, context) is { } domain
            ? context.CheckedBy(domain, context.Checked(value, domain.Base), (Syntax.SimpleTypeName)type!)
            : value;
    }

    /// <summary>The type below a domain; null for other types.</summary>
    public static Syntax.DomainTypeName? DomainOf(this BindingContext context, Syntax.TypeName type) =>
        Find(type, context);

    /// <summary>The value, which obeys the type below, if it obeys the domain's own conditions.</summary>
    public static Expression CheckedBy(
        this BindingContext context, Syntax.DomainTypeName domain, Expression value, Syntax.SimpleTypeName type)
    {
        string name = type.Name.Last.Name;
        foreach (Syntax.ConstraintSyntax condition in domain.Constraints)
        {
            switch (condition)
            {
                case Syntax.NotNullConstraint { IsNullAllowed: false }:
                    value = Refuse(
                        value, new IsNull(value, false), "23502", $"Domain {name} does not allow null values");
                    break;
                case Syntax.CheckConstraint check:
                    Scope scope = new(null);
                    scope.Tables.Add(new ScopeTable(null, null, [new ScopeColumn(ValueName, value)]));
                    Expression holds = new ExpressionBinder(context, scope, new Clause("CHECK"))
                        .BindCondition(check.Condition);
                    value = Refuse(
                        value, new Not(holds), "23514",
                        $"Value for domain {name} violates check constraint \"{check.Name?.Name ?? name + "_check"}\"");
                    break;
            }
        }
        return ConstantEvaluator.Fold(value, context.Session);
    }

    private static Syntax.DomainTypeName? Find(Syntax.TypeName? type, BindingContext context)
    {
        if (type is not Syntax.SimpleTypeName simple || TypeBinder.IsBuiltIn(simple)) return null;
        string? schema = simple.Name.Parts.Count > 1 ? simple.Name.Parts[simple.Name.Parts.Count - 2].Name : null;
        return context.Catalog.FindDomain(schema, simple.Name.Last.Name);
    }

    private static Syntax.SyntaxExpression WithValue(Syntax.SyntaxExpression condition, Syntax.ColumnSyntax own)
    {
        foreach (Syntax.ColumnSyntax use in condition.DescendantsAndSelf().OfType<Syntax.ColumnSyntax>()
            .Where(c => c.Name.Parts.Count == 1 && c.Name.Last.Name == ValueName).ToList())
        {
            condition = SyntaxReplacement.Replace(condition, use, own);
        }
        return condition;
    }

    // The error stands in a branch of its own, which only rows reach for which the condition is true.
    private static Case Refuse(Expression value, Expression isWrong, string state, string message)
    {
        ScalarFunction raise = FunctionRegistry.BuiltIn.Scalars(RaiseFunction.Info.Name)[0]
            .Bind([LogicalType.Varchar, LogicalType.Varchar]);
        Call error = new(raise, [new Constant(Value.Text(state)), new Constant(Value.Text(message))]);
        Expression none = new Constant(Value.Null(value.Type));
        return new Case([new CaseBranch(isWrong, new Case([new CaseBranch(error, none)], none))], value);
    }
}
