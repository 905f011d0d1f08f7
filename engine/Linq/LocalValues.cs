using System.Linq.Expressions;
using System.Reflection;
using ColFrag.Engine.Records;

namespace ColFrag.Engine.Linq;

/// <summary>
/// Computes the parts of an expression that depend on no row: captured variables, <c>DateTime.Now</c>, <c>n + 1</c>.
/// Each is computed once, when the query runs. Queries that variables hold are put in their place.
/// </summary>
internal sealed class LocalValues : ExpressionVisitor
{
    private readonly HashSet<Expression> _local = [];

    private LocalValues() { }

    /// <summary>The expression with constants in place of what could be computed.</summary>
    public static Expression Evaluate(Expression expression)
    {
        LocalValues values = new();
        new Nominator(values._local).Visit(expression);
        return values.Visit(expression)!;
    }

    public override Expression? Visit(Expression? node)
    {
        if (node is null || !_local.Contains(node)) return base.Visit(node);
        object? value = ValueOf(node);
        return value is ILinqQuery { Table: null } query
            ? Evaluate(query.Expression)
            : Expression.Constant(value, value is ILinqQuery ? value.GetType() : node.Type);
    }

    // What an initializer sets is part of it: the object is not made before.
    protected override Expression VisitMemberInit(MemberInitExpression node) => node.Update(
        (NewExpression)VisitNew(node.NewExpression), Visit(node.Bindings, VisitMemberBinding));

    protected override Expression VisitListInit(ListInitExpression node) => node.Update(
        (NewExpression)VisitNew(node.NewExpression), Visit(node.Initializers, VisitElementInit));

    private static object? ValueOf(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member:
                return field.GetValue(member.Expression is null ? null : ValueOf(member.Expression));
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
                when convert.Type.IsAssignableFrom(convert.Operand.Type):
                return ValueOf(convert.Operand);
            default:
                Expression boxed = Expression.Convert(expression, typeof(object));
                return Expression.Lambda<Func<object?>>(boxed).Compile(preferInterpretation: true)();
        }
    }

    /// <summary>Finds what depends on no parameter of a lambda and on nothing that only the database can do.</summary>
    private sealed class Nominator(HashSet<Expression> local) : ExpressionVisitor
    {
        private bool _isLocal;

        public override Expression? Visit(Expression? node)
        {
            if (node is null) return null;
            bool outer = _isLocal;
            _isLocal = true;
            base.Visit(node);
            _isLocal = _isLocal && CanBeLocal(node);
            if (_isLocal) local.Add(node);
            _isLocal = _isLocal && outer;
            return node;
        }

        private static bool CanBeLocal(Expression node) => node switch
        {
            ParameterExpression or LambdaExpression or DefaultExpression { Type.FullName: "System.Void" } => false,
            // A table stays what it is; operators over it are the database's work.
            ConstantExpression => true,
            MethodCallExpression call => call.Method.DeclaringType != typeof(SqlFunctions) &&
                !IsQueryOperator(call) && call.Method.Name != nameof(Guid.NewGuid) && !call.Type.IsByRefLike,
            UnaryExpression { NodeType: ExpressionType.Quote } => false,
            // A record keeps its members, which are columns.
            NewExpression or MemberInitExpression => ColumnReader.IsScalar(node.Type) || IsCollection(node.Type),
            _ => !node.Type.IsByRefLike,
        };

        private static bool IsCollection(Type type) => type.IsAssignableTo(typeof(System.Collections.IEnumerable));

        private static bool IsQueryOperator(MethodCallExpression call) =>
            call.Method.DeclaringType == typeof(Queryable) ||
            call.Arguments.Any(a => typeof(IQueryable).IsAssignableFrom(a.Type));
    }
}
