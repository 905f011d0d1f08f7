using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Managed;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Functions written in C#: by row, by vector, as operators and as aggregates.</summary>
public sealed class ManagedFunctionTests
{
    [Fact]
    public void A_delegate_is_called_row_by_row()
    {
        using SqlSession session = new();
        session.Database.CreateFunction("repeat_text", (long x, string s) =>
            string.Concat(Enumerable.Repeat(s, (int)x)));
        session.Run("CREATE TABLE t (x BIGINT, s VARCHAR)");
        session.Run("INSERT INTO t VALUES (2, 'ab'), (0, 'ä'), (NULL, 'x'), (3, NULL)");
        Assert.Equal(["abab", "", "NULL", "NULL"], session.Rows("SELECT repeat_text(x, s) FROM t").Select(r => r[0]));
        Assert.Equal("abab", session.Text("SELECT Repeat_Text(2, 'ab')"));
        Assert.Equal("2", session.Text("SELECT count(*) FROM t WHERE repeat_text(x, s) IS NULL"));
    }

    [Fact]
    public void Parameters_that_can_be_null_see_nulls_and_null_results_are_NULL()
    {
        using SqlSession session = new();
        session.Database.CreateFunction("or_seven", (int? x) => x ?? 7);
        session.Database.CreateFunction("null_if_empty", (string? s) => string.IsNullOrEmpty(s) ? null : s);
        Assert.Equal(["7", "1"], session.Rows("SELECT or_seven(NULL), or_seven(1)")[0]);
        Assert.Equal(
            ["NULL", "NULL", "x"],
                session.Rows("SELECT null_if_empty(NULL), null_if_empty(''), null_if_empty('x')")[0]);
    }

    [Fact]
    public void Every_type_goes_there_and_back()
    {
        using SqlSession session = new();
        Database database = session.Database;
        database.CreateFunction("f_decimal", (decimal x) => x * 2);
        database.CreateFunction("f_date", (DateOnly x) => x.AddDays(1));
        database.CreateFunction("f_moment", (DateTime x) => x.AddHours(1));
        database.CreateFunction("f_instant", (DateTimeOffset x) => x.AddHours(1));
        database.CreateFunction("f_time", (TimeOnly x) => x.AddMinutes(1));
        database.CreateFunction("f_span", (TimeSpan x) => x * 2);
        database.CreateFunction("f_guid", (Guid x) => x);
        database.CreateFunction("f_bytes", (byte[] x) => x.Reverse().ToArray());
        database.CreateFunction("f_bool", (bool x) => !x);
        database.CreateFunction("f_double", (double x) => x / 2);
        database.CreateFunction("f_none", () => 42);
        Assert.Equal(
            ["3.0000000000", "2020-03-01", "2020-01-01 01:00:00", "2020-01-01 01:00:00+00", "00:01:00",
                "2 days 02:00:00"],
            session.Rows(
                "SELECT f_decimal(1.5), f_date('2020-02-29'), f_moment('2020-01-01'), " +
                "f_instant('2020-01-01 00:00+00'), " +
                "f_time('00:00'), f_span(INTERVAL '1 day 1 hour')")[0]);
        Assert.Equal(
            ["6b0b1c6e-0000-4000-8000-00000000abcd", "\\x0201", "false", "0.5", "42"],
            session.Rows(
                "SELECT f_guid('6b0b1c6e-0000-4000-8000-00000000abcd'), f_bytes('\\x0102'::blob), " +
                "f_bool(true), f_double(1), f_none()")[0]);
    }

    [Fact]
    public void What_a_function_throws_is_told_with_its_row()
    {
        using SqlSession session = new();
        session.Database.CreateFunction("picky", (long x) =>
            x == 3 ? throw new InvalidOperationException("not three") : x);
        QueryException error = Assert.Throws<QueryException>(() => session.Rows("SELECT picky(r) FROM range(10) t(r)"));
        Assert.Equal(SqlStates.ExternalRoutineException, error.SqlState);
        Assert.Contains("not three", error.Message, StringComparison.Ordinal);
        Assert.Contains("(3)", error.Hint, StringComparison.Ordinal);
        Assert.Equal("9", session.Text("SELECT count(picky(r)) FROM range(10) t(r) WHERE r <> 3"));
    }

    [Fact]
    public void Operators_run_inside_of_the_loop()
    {
        using SqlSession session = new();
        session.Database.CreateFunction<Triple, long, long>("triple");
        session.Database.CreateFunction<Quotient, int, int, int>("quotient");
        Assert.Equal("135", session.Text("SELECT sum(triple(r)) FROM range(10) t(r)"));
        Assert.Equal("NULL", session.Text("SELECT triple(NULL)"));
        QueryException error = Assert.Throws<QueryException>(
            () => session.Rows("SELECT quotient(6, (r - 4)::int) FROM range(10) t(r)"));
        Assert.Equal(SqlStates.ExternalRoutineException, error.SqlState);
        Assert.Contains("(6, 0)", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Vector_functions_get_whole_vectors()
    {
        using SqlSession session = new();
        session.Database.CreateVectorFunction<double, double>("halves", (values, results) =>
        {
            for (int i = 0; i < values.Length; i++) results[i] = values[i] / 2;
        });
        session.Database.CreateVectorFunction<long, long, bool>("differ", (left, right, results) =>
        {
            for (int i = 0; i < left.Length; i++) results[i] = left[i] != right[i];
        });
        Assert.Equal("12497500", session.Text("SELECT sum(halves(r))::bigint * 2 FROM range(5000) t(r)"));
        Assert.Equal(["NULL", "true"], session.Rows("SELECT halves(NULL), differ(1, 2)")[0]);
    }

    [Fact]
    public void Aggregates_keep_a_state_per_group()
    {
        using SqlSession session = new();
        session.Database.CreateAggregate("longest", new AggregateDefinition<string, string, string?>
        {
            Create = () => "",
            Add = (s, x) => x.Length > s.Length ? x : s,
            Combine = (a, b) => a.Length >= b.Length ? a : b,
            Finish = s => s.Length == 0 ? null : s,
        });
        session.Run("CREATE TABLE t (g INTEGER, s VARCHAR)");
        session.Run("INSERT INTO t VALUES (1, 'a'), (1, 'abc'), (2, 'xy'), (2, NULL), (3, NULL)");
        Assert.Equal(
            ["1|abc", "2|xy", "3|NULL"], session.Rows("SELECT g, longest(s) FROM t GROUP BY g ORDER BY g").Select(r =>
                string.Join('|', r)));
        Assert.Equal("abc", session.Text("SELECT longest(s) FROM t"));
        Assert.Equal("99999", session.Text("SELECT longest(r::varchar || '') FROM range(99999, 100000) t(r)"));
    }

    [Fact]
    public void Functions_that_are_not_deterministic_are_called_for_every_row()
    {
        using SqlSession session = new();
        int calls = 0;
        session.Database.CreateFunction("tick", () => ++calls, new FunctionOptions { IsDeterministic = false });
        Assert.Equal("10", session.Text("SELECT count(DISTINCT tick()) FROM range(10)"));
    }

    [Fact]
    public void Names_of_built_in_functions_and_unknown_types_are_refused()
    {
        using SqlSession session = new();
        QueryException taken = Assert.Throws<QueryException>(() =>
            session.Database.CreateFunction("lower", (string s) => s));
        Assert.Equal(SqlStates.DuplicateFunction, taken.SqlState);
        Assert.Throws<ArgumentException>(() => session.Database.CreateFunction("odd", (Uri u) => 1));
        session.Database.CreateFunction("again", (long x) => x + 1);
        session.Database.CreateFunction("again", (long x) => x + 2);
        Assert.Equal("3", session.Text("SELECT again(1)"));
    }

    private readonly struct Triple : IScalarOperator<long, long>
    {
        public static long Apply(long value) => value * 3;
    }

    private readonly struct Quotient : IScalarOperator<int, int, int>
    {
        public static int Apply(int left, int right) => left / right;
    }
}
