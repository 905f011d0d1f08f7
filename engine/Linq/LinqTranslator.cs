using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Linq;

/// <summary>
/// Makes a statement of a LINQ expression. Names of tables in the statement are <c>t0</c>, <c>t1</c> and so on, each
/// used once, so that a subquery can name the rows around it without a mistake.
/// </summary>
/// <param name="tables">The columns of every table that the expression names.</param>
internal sealed partial class LinqTranslator(IReadOnlyDictionary<QualifiedName, Schema> tables)
{
    private const int MaximumLocalRows = 10_000;

    private readonly Dictionary<ParameterExpression, Shape> _bound = [];
    private readonly List<Value> _parameters = [];
    private int _aliasCount;

    /// <summary>The statement of an expression whose local parts are constants.</summary>
    public TranslatedQuery Translate(Expression expression)
    {
        if (expression is MethodCallExpression call && IsOperator(call) && Ending(call) is { } ending) return ending;
        QueryDraft draft = Sequence(expression);
        return Finish(draft.ToQuery(keepOrder: true), draft.Shape, ResultKind.Rows);
    }

    private TranslatedQuery Finish(Query query, Shape shape, ResultKind kind) =>
        new(new QueryStatement(query), _parameters, shape, kind);

    private static bool IsOperator(MethodCallExpression call) =>
        call.Method.DeclaringType == typeof(Queryable) || call.Method.DeclaringType == typeof(Enumerable);

    private static LambdaExpression Lambda(Expression argument) => argument switch
    {
        UnaryExpression { NodeType: ExpressionType.Quote } quote => (LambdaExpression)quote.Operand,
        LambdaExpression lambda => lambda,
        ConstantExpression { Value: LambdaExpression lambda } => lambda,
        _ => throw Unsupported.Of(argument),
    };

    /// <summary>What a lambda's body is with its parameters bound to shapes.</summary>
    private Shape Apply(LambdaExpression lambda, params ReadOnlySpan<Shape> arguments)
    {
        Bind(lambda, arguments);
        return ShapeOf(lambda.Body);
    }

    private void Bind(LambdaExpression lambda, params ReadOnlySpan<Shape> arguments)
    {
        if (lambda.Parameters.Count != arguments.Length)
            throw Unsupported.Of(lambda, "the number of the row is not known");
        for (int i = 0; i < arguments.Length; i++) _bound[lambda.Parameters[i]] = arguments[i];
    }

    private string NewAlias() => $"t{_aliasCount++}";

    private static TableAlias AliasOf(string name) => new(new Identifier(name));

    private static ColumnSyntax Column(string alias, string column) => new(new QualifiedName(alias, column));

    // ---- Sources ---------------------------------------------------------------------------------------------------

    /// <summary>The query that a sequence expression is.</summary>
    private QueryDraft Sequence(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression { Value: ILinqQuery { Table: { } table } query }:
                return TableDraft(table, query.ElementType);
            case ConstantExpression { Value: IEnumerable rows } when expression.Type != typeof(string):
                return LocalDraft(rows, expression);
            case MethodCallExpression call when IsOperator(call):
                return Operator(call);
            case UnaryExpression { NodeType: ExpressionType.Convert } convert:
                return Sequence(convert.Operand);
        }
        return ShapeOf(expression) is SequenceShape sequence ? sequence.Draft() : throw Unsupported.Of(expression);
    }

    private QueryDraft TableDraft(QualifiedName table, Type type)
    {
        string alias = NewAlias();
        Schema schema = tables[table];
        TableReference from = new NamedTableReference(table) { Alias = AliasOf(alias) };
        if (ColumnReader.IsScalar(type))
        {
            if (schema.Count != 1)
            {
                throw new QueryException(
                    SqlStates.DatatypeMismatch,
                    $"Table of {schema.Count} columns cannot be read as {type.Name}: {table}",
                    hint: "Read it as a record.");
            }
            return new QueryDraft(
                from, new ValueShape(type, Column(alias, schema[0].Name), schema[0].IsNullable));
        }
        RecordType record = RecordType.Of(type);
        List<RecordShape.Part> parts = [];
        foreach (RecordMember member in record.Members.Where(m => m.CanBeSet))
        {
            int index = RecordType.FindColumn(schema, member.ColumnName);
            if (index < 0) throw RecordReader.MissingColumn(type, member, schema);
            ValueShape value = new(member.Type, Column(alias, schema[index].Name), schema[index].IsNullable)
            {
                MayReadNull = member.IsNullable,
            };
            parts.Add(new RecordShape.Part(member.Name, value, member.Parameter is not null, member.Member));
        }
        return new QueryDraft(from, new RecordShape(type, record.Constructor, parts));
    }

    /// <summary>Rows of the program as VALUES, every value a parameter.</summary>
    private QueryDraft LocalDraft(IEnumerable rows, Expression expression)
    {
        Type element = ElementOf(expression.Type) ?? throw Unsupported.Of(expression);
        bool isScalar = ColumnReader.IsScalar(element);
        RecordMember[] members =
            isScalar ? [] : [.. RecordType.Of(element).Members.Where(m => m.Member is not null)];
        List<ValuesRow> values = [];
        foreach (object? row in rows)
        {
            if (values.Count == MaximumLocalRows)
            {
                throw new QueryException(
                    SqlStates.ProgramLimitExceeded,
                    $"LINQ sequence of the program has more than {MaximumLocalRows:N0} rows",
                    hint: "Load it into a table, for instance with CopyFromAsync.");
            }
            values.Add(new ValuesRow(isScalar
                ? [Parameter(row, element)]
                : SyntaxList.From(members.Select(m => Parameter(ValueOf(m.Member!, row), m.Type)))));
        }
        string alias = NewAlias();
        string[] columns = [.. Enumerable.Range(0, isScalar ? 1 : members.Length).Select(i => $"c{i}")];
        Query query = new ValuesQuery(SyntaxList.From(values));
        if (values.Count == 0)
        {
            SyntaxExpression[] nulls = isScalar
                ? [Null(element)]
                : [.. members.Select(m => Null(m.Type))];
            query = new SelectQuery
            {
                Items = SyntaxList.From(nulls.Select(n => new SelectItem(n))), Where = new BooleanLiteral(false),
            };
        }
        TableReference from = new SubqueryReference(query)
        {
            Alias = new TableAlias(
                new Identifier(alias), SyntaxList.From(columns.Select(c => new Identifier(c)))),
        };
        if (isScalar) return new QueryDraft(from, new ValueShape(element, Column(alias, "c0"), IsNullable(element)));
        return new QueryDraft(from, new RecordShape(element, RecordType.Of(element).Constructor,
        [
            .. members.Select((m, i) => new RecordShape.Part(
                m.Name, new ValueShape(m.Type, Column(alias, columns[i]), IsNullable(m.Type)),
                m.Parameter is not null, m.Member)),
        ]));
    }

    private static object? ValueOf(MemberInfo member, object? row) => row is null
        ? throw new QueryException("22004", "LINQ sequence of the program has a null in place of a record")
        : member is PropertyInfo property ? property.GetValue(row) : ((FieldInfo)member).GetValue(row);

    private static Type? ElementOf(Type sequence) => sequence.GetInterfaces().Prepend(sequence)
        .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        ?.GetGenericArguments()[0];

    // ---- Subqueries ------------------------------------------------------------------------------------------------

    /// <summary>A new draft that selects from the given one; the order of its rows is kept.</summary>
    private QueryDraft Wrap(QueryDraft inner)
    {
        string alias = NewAlias();
        List<SelectItem> items = [];
        Shape shape = inner.Shape.Map(leaf =>
        {
            string name = $"c{items.Count}";
            items.Add(new SelectItem(leaf.Sql, new Identifier(name)));
            return leaf.With(Column(alias, name), leaf.IsNullable);
        });
        List<OrderItem> order = [];
        foreach (OrderItem item in inner.OrderBy)
        {
            string name = $"o{order.Count}";
            items.Add(new SelectItem(item.Expression, new Identifier(name)));
            order.Add(item with { Expression = Column(alias, name) });
        }
        // A row without values is still a row.
        if (items.Count == 0) items.Add(new SelectItem(new BooleanLiteral(true), new Identifier("c0")));
        QueryDraft outer = new(
            new SubqueryReference(inner.ToQuery(items, keepOrder: inner.IsLimited)) { Alias = AliasOf(alias) }, shape);
        outer.OrderBy.AddRange(order);
        return outer;
    }

    private QueryDraft Plain(QueryDraft draft) => draft.IsPlain ? draft : Wrap(draft);

    // ---- Values ----------------------------------------------------------------------------------------------------

    /// <summary>A value of the program, as a parameter of the statement.</summary>
    private SyntaxExpression Parameter(object? value, Type type)
    {
        if (value is null) return Null(type);
        Value known;
        try
        {
            known = ClrValues.FromClr(value);
        }
        catch (NotSupportedException error)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"LINQ value has no counterpart in SQL: {type}", inner: error);
        }
        _parameters.Add(known);
        ParameterSyntax parameter = new(_parameters.Count);
        // A text takes the type of its place, as a literal does; everything else says what it is.
        return known.Type.Kind == TypeKind.Varchar ? parameter : new CastSyntax(parameter, TypeNameOf(known.Type));
    }

    private static SyntaxExpression Null(Type type) =>
        // A decimal has the digits of its place.
        PlainOf(type) != typeof(decimal) && SqlTypeOf(type) is { } known
            ? new CastSyntax(new NullLiteral(), TypeNameOf(known))
            : new NullLiteral();

    private static TypeName TypeNameOf(LogicalType type) => Parser.ParseTypeName(type.ToString());

    /// <summary>The SQL type that stands for a C# type; null where there is none, or not one only.</summary>
    private static LogicalType? SqlTypeOf(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum) plain = Enum.GetUnderlyingType(plain);
        if (plain == typeof(decimal)) return LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 10);
        if (plain == typeof(char)) return LogicalType.Varchar;
        return ColumnReader.IsScalar(plain) && !plain.IsArray && plain != typeof(object) && plain != typeof(Value)
            ? ManagedTypes.Find(plain)
            : null;
    }

    private static bool IsNullable(Type type) =>
        !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
}
