using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Functions over lists, structs and maps, over rows and not only over constants.</summary>
public sealed class NestedFunctionTests
{
    private static readonly string[] s_sameAsDuckDb =
    [
        "[a, b, c]", "[a, b][1]", "[a, b, c][-1]", "[a, b, c][2:]", "[a, b, c][:2]", "list_contains([a, b], c)",
            "list_position([a, b], c)",
        "list_sort([a, b, c], 'ASC', 'NULLS LAST')", "list_reverse_sort([a, b, c], 'NULLS FIRST')",
            "list_reverse([a, b, c])", "len([a, b])",
        "[a, b] || [c]", "list_append([a, b], c)", "list_prepend(c, [a, b])", "list_sort(list_distinct([a, b, c, a]))",
            "list_unique([a, b, c, a])",
        "list_sum([a, b, c])", "list_min([a, b, c])", "list_max([s, s || 'x'])", "list_avg([a, b]::double[])",
            "list_count([a, b, c])",
        "list_has_any([a, b], [c, 1])", "list_has_all([a, b, c], [a])", "flatten([[a, b], [c]])",
            "list_aggregate([a, b, c], 'median')",
        "range(abs(a) % 5)", "list_concat(generate_series(0, 6, 2), [1])",
        "array_to_string([s, 'y', NULL], '-')", "string_split(s, 'a')",
            "string_split(s, '')",
        "{'x': a, 'y': s}", "{'x': a, 'y': {'z': s}}.y.z", "struct_extract({'x': a, 'y': s}, 'y')",
            "MAP {'k': a, 'l': b}['l']",
        "map_keys(MAP {'k': a})", "map_values(MAP {'k': a, 'l': b})", "cardinality(MAP {'k': a})",
            "list_resize([a], 3, 0)",
        "[a, b, c]::varchar[]", "{'x': a, 'y': s}::STRUCT(x BIGINT, y VARCHAR)", "[[a], [b, c]]",
            "[{'x': a}, {'x': b}]", "[s, s]",
        "list_where([a, b], [true, false])", "list_select([a, b, c], [3, 1])", "list_slice([a, b, c], 1, 3, 2)",
            "list_string_agg([s, 'x'])",
        "list_intersect([1, 2], [2, 3])", "list_stddev_samp([a, b, c])", "list_aggregate([a, b], 'sum')",
            "array_slice([a, b, c], 2, 3)",
    ];

    [JudgedFact(Judge.DuckDb)]
    public void Functions_of_lists_structs_and_maps_equal_DuckDBs()
    {
        using AnswerComparison comparison = new();
        comparison.Run("CREATE TABLE t (k INTEGER, a INTEGER, b INTEGER, c INTEGER, s VARCHAR)");
        comparison.Run(Rows(3000));
        foreach (string expression in s_sameAsDuckDb)
        {
            comparison.Compare(
                $"SELECT ({expression})::varchar FROM t ORDER BY k",
                    $"SELECT ({expression})::varchar FROM t ORDER BY k");
        }
        comparison.Check();
    }

    [Theory]
    [InlineData("string_to_array('a,b,,c', ',')", "[a, b, '', c]")]
    [InlineData("string_to_array('abc', NULL)", "[a, b, c]")]
    [InlineData("string_to_array('abc', '')", "[abc]")]
    [InlineData("string_to_array('', ',')", "[]")]
    [InlineData("array_to_string(ARRAY[1, 2, NULL, 3], ',')", "1,2,3")]
    [InlineData("array_length(ARRAY[1, 2], 1)", "2")]
    [InlineData("array_length('{}'::int[], 1)", "NULL")]
    [InlineData("array_remove(ARRAY[1, 2, NULL, 2], NULL)", "[1, 2, 2]")]
    [InlineData("array_position(ARRAY['a', 'b'], 'b')", "2")]
    [InlineData("ARRAY[1, 2] || 3", "[1, 2, 3]")]
    [InlineData("1 || ARRAY[2]", "[1, 2]")]
    [InlineData("ARRAY[1, 4, 3] @> ARRAY[3, 1]", "true")]
    [InlineData("ARRAY[2] <@ ARRAY[1, 2]", "true")]
    [InlineData("'{1,2,3}'::int[]", "[1, 2, 3]")]
    [InlineData("'[1, NULL, 3]'::int[]", "[1, NULL, 3]")]
    [InlineData("'{\"a b\",c}'::text[]", "[a b, c]")]
    [InlineData("TRY_CAST('[1, x]' AS int[])", "[1, NULL]")]
    [InlineData("TRY_CAST('[1' AS int[])", "NULL")]
    [InlineData("'{''a'': 1, ''b'': [2]}'::STRUCT(a INT, b INT[])", "{'a': 1, 'b': [2]}")]
    [InlineData("[1, 2]::int[2]", "[1, 2]")]
    public void Lists_follow_PostgreSQL_where_it_has_them(string expression, string answer)
    {
        using SqlSession session = new();
        Assert.Equal(answer, session.Text($"SELECT {expression}"));
    }

    [Theory]
    [InlineData("SELECT [1, 2]::int[3]", SqlStates.DatatypeMismatch)]
    [InlineData("SELECT '[1, x]'::int[]", SqlStates.InvalidTextRepresentation)]
    [InlineData("SELECT '[1, 2'::int[]", SqlStates.InvalidTextRepresentation)]
    [InlineData("SELECT map([1, 1], [2, 3])", SqlStates.InvalidParameterValue)]
    [InlineData("SELECT range(1, 5, 0)", SqlStates.InvalidParameterValue)]
    [InlineData("SELECT list_sort([1], 'UP')", SqlStates.InvalidParameterValue)]
    [InlineData("SELECT list_aggregate([1], 'nothing')", SqlStates.UndefinedFunction)]
    [InlineData("SELECT ({'a': 1}).b", SqlStates.UndefinedColumn)]
    public void Wrong_arguments_are_told(string sql, string state)
    {
        using SqlSession session = new();
        Assert.Equal(state, Assert.Throws<QueryException>(() => session.Rows(sql)).SqlState);
    }

    private static string Rows(int count)
    {
        Random random = new(7);
        StringBuilder rows = new("INSERT INTO t VALUES ");
        string OrNull(string value) => random.Next(6) == 0 ? "NULL" : value;
        for (int i = 0; i < count; i++)
        {
            string[] numbers = [.. Enumerable.Range(0, 3).Select(_ =>
                OrNull(random.Next(-20, 20).ToString(CultureInfo.InvariantCulture)))];
            string text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "abäc"[random.Next(4)]));
            string values = string.Join(", ", [.. numbers, OrNull($"'{text}'")]);
            rows.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}({i}, {values})");
        }
        return rows.ToString();
    }
}
