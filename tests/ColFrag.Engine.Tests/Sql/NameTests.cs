using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

public sealed class NameTests
{
    /// <summary>PostgreSQL 15's reserved words, from pg_get_keywords().</summary>
    private const string Reserved =
        "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create "
        + "current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc "
        + "distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral "
        + "leading limit localtime localtimestamp not null offset on only or order placing primary references returning "
        + "select session_user some symmetric table then to trailing true union unique user using variadic when where "
        + "window with";

    /// <summary>Those that may also name a function or a type.</summary>
    private const string FunctionOrType =
        "authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like "
        + "natural notnull outer overlaps right similar tablesample verbose";

    public static TheoryData<string> Words =>
        [.. Keywords.All, "plain", "Mixed Case", "quo\"te", "été", "1st", "a$b", "_"];

    [Theory]
    [MemberData(nameof(Words))]
    public void A_name_made_by_a_program_is_read_back_wherever_names_stand(string word)
    {
        Identifier name = new(word);
        QualifiedName qualified = new(word);
        ColumnSyntax column = new(qualified);
        SelectItem[] items =
        [
            new(column, name), new(new ColumnSyntax(new QualifiedName("t", word))), new(new CallSyntax(word, column)),
            new(new FieldSyntax(new ParameterSyntax(1), name)), new(new StarSyntax(qualified, Exclude: [qualified])),
            new(new CallSyntax("f", column) { Over = new WindowReference(name) }),
            new(new CallSyntax("f", column) { Over = new WindowSpecification(name, [], [], null) }),
            new(new LambdaCall(name).Call), new(new BinarySyntax("||", column, column)),
            new(new StructSyntax([new StructFieldSyntax(name, column)])),
            new(new SubscriptSyntax(column, column)), new(new CollateSyntax(column, qualified)),
        ];
        SelectQuery query = new()
        {
            Items = SyntaxList.From(items),
            From =
            [
                new NamedTableReference(qualified) { Alias = new TableAlias(name, [name]) },
                new NamedTableReference(new QualifiedName("s", word)),
                new FunctionReference([new TableFunctionCall(new CallSyntax(word))]) { Alias = new TableAlias(name) },
                new JoinReference(JoinKind.Inner, new NamedTableReference(qualified),
                    new NamedTableReference(qualified))
                {
                    Using = [name], UsingAlias = name,
                },
            ],
            Where = column,
            GroupBy = new GroupByClause(
                false, false, [new GroupingColumns([column]), new GroupingColumns([new CallSyntax(word, column)])]),
            Windows = [new NamedWindow(name, new WindowSpecification(null, [column], [new OrderItem(column)], null))],
            OrderBy = [new OrderItem(column)],
            With = new WithClause(false, [new CommonTable(name, [name], new ValuesQuery([new ValuesRow([column])]))]),
            Limit = new LimitClause(column, column),
        };
        Statement[] statements =
        [
            new QueryStatement(query),
            new InsertStatement(
                qualified, [qualified], null) { Alias = name, Returning = [new SelectItem(column, name)] },
            new UpdateStatement(
                qualified, [new Assignment([qualified], false, column)]) { Alias = name, Where = column },
            new DeleteStatement(qualified) { Alias = name, Using = [new NamedTableReference(qualified)] },
            new CreateTableStatement(
                qualified,
                [
                    new ColumnDefinition(
                        name, new SimpleTypeName(new QualifiedName("int"), []), [new DefaultConstraint(column)]),
                    new TableConstraint(new UniqueConstraint([name], true) { Name = name }),
                ]),
            new AlterStatement(
                ObjectKind.Table, qualified, false,
                [
                    new RenameColumnAction(name, name), new DropColumnAction(name, false, DropBehavior.Default),
                    new DropConstraintAction(name, false, DropBehavior.Default), new ColumnNotNullAction(name, true),
                ]),
            new DropStatement(ObjectKind.Table, [new DropTarget(qualified)], false, DropBehavior.Default),
            new SavepointStatement(name), new RollbackStatement(false, name), new CloseStatement(name),
            new FetchStatement(name, FetchDirection.Forward, 1, false),
            new PrepareStatement(name, [], new CheckpointStatement()),
            new ExecuteStatement(name, [new ArgumentSyntax(name, column)]),
            new CreateMacroStatement(
                qualified, [new MacroOverload([new ParameterDefinition(name, null, column)], column, null)]),
        ];
        foreach (Statement statement in statements)
        {
            string sql = SqlWriter.Write(statement);
            Statement? again = null;
            Exception? error = Record.Exception(() => again = Parser.ParseStatement(sql));
            Assert.True(error is null && statement == again, $"{error?.Message}: {sql}");
        }
    }

    private sealed class LambdaCall(Identifier name)
    {
        public CallSyntax Call { get; } = new(
            "list_filter", new ColumnSyntax(new QualifiedName([name])),
            new LambdaSyntax([name], new ColumnSyntax(new QualifiedName([name]))));
    }

    [Fact]
    public void The_reserved_words_are_PostgreSQLs()
    {
        Assert.Equal(
            Reserved.Split(' ').Order(),
            Keywords.All.Where(word => Keywords.IsReserved(Keywords.Find(word))).Order());
        Assert.Equal(
            FunctionOrType.Split(' ').Order(),
            Keywords.All.Where(word =>
                !Keywords.IsReserved(Keywords.Find(word)) && !Keywords.IsColumnName(Keywords.Find(word))).Order());
    }

    [Fact]
    public void Words_that_are_not_reserved_are_names_of_everything()
    {
        foreach (string word in Keywords.All.Where(word => Keywords.IsColumnName(Keywords.Find(word))))
        {
            // QUALIFY begins a clause here, as in DuckDB; PostgreSQL would take it for an alias.
            string alias = word == "qualify" ? "AS qualify" : word;
            string table = word == "recursive" ? "\"recursive\"" : word;
            foreach (string sql in new[]
            {
                $"SELECT {word} FROM t", $"SELECT t.{word} FROM t", $"SELECT 1 AS {word}", $"SELECT * FROM {word}",
                $"SELECT * FROM t {alias}", $"CREATE TABLE {word} ({word} int)", $"UPDATE t SET {word} = 1",
                $"INSERT INTO {word} ({word}) VALUES (1)", $"DROP TABLE {word}", $"WITH {table} AS (SELECT 1) SELECT 1",
            })
            {
                Exception? error = Record.Exception(() => Parser.ParseStatement(sql));
                Assert.True(error is null, $"{error?.Message}: {sql}");
            }
        }
    }

    [Theory]
    [InlineData("Total", "Total")]
    [InlineData("\"Total\"", "\"Total\"")]
    [InlineData("\"total\"", "total")]
    [InlineData("a.\"b c\".D", "a.\"b c\".D")]
    [InlineData("\"select\"", "\"select\"")]
    public void Names_are_written_as_they_were_where_that_is_possible(string sql, string written) =>
        Assert.Equal(written, SqlWriter.Write(Parser.ParseExpression(sql)));

    [Theory]
    [InlineData("int", "int")]
    [InlineData("DOUBLE PRECISION", "float8")]
    [InlineData("timestamp(3) with time zone", "timestamptz(3)")]
    [InlineData("timestamp without time zone", "timestamp")]
    [InlineData("national character varying(5)[]", "varchar(5)[]")]
    [InlineData("interval day to second(3)", "interval DAY TO SECOND(3)")]
    [InlineData("STRUCT(a int, \"B\" text[3])", "struct(a int, \"B\" text[3])")]
    [InlineData("\"char\"", "\"char\"")]
    public void Types_of_several_words_get_one(string sql, string written) =>
        Assert.Equal(written, SqlWriter.Write(Parser.ParseTypeName(sql)));

    [Theory]
    [InlineData("slect", "select")]
    [InlineData("form", "from")]
    [InlineData("xyz", null)]
    [InlineData("ordre", "order")]
    public void The_nearest_word_is_found_only_if_it_is_near(string word, string? nearest) =>
        Assert.Equal(nearest, Spelling.FindNear(word, ["select", "from", "where", "order"]));
}
